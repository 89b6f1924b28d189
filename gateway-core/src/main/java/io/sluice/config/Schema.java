package io.sluice.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration as JSON Schema 2020-12, for editors: made of the keys that the reader asks for.
 * What it refuses the reader refuses too; the reader knows more (files, variables, what two keys
 * mean together).
 */
final class Schema {

  /** What has a {@code ${…}} is known when it is read. */
  private static final String PUT_IN = "\\$\\{";

  private Schema() {}

  /** A block of keys, or a list of such. */
  private static final class Block {
    private final boolean list;
    private final Map<String, Block> blocks = new LinkedHashMap<>();
    private final Map<String, Reading.Key> keys = new LinkedHashMap<>();

    private Block(boolean list) {
      this.list = list;
    }

    private void add(Reading.Key key, String rest) {
      int dot = rest.indexOf('.');
      if (dot < 0) {
        keys.put(rest, key);
        return;
      }
      String name = rest.substring(0, dot);
      boolean items = name.endsWith("[]");
      blocks
          .computeIfAbsent(name.replace("[]", ""), n -> new Block(items))
          .add(key, rest.substring(dot + 1));
    }

    private List<String> required() {
      List<String> required = new ArrayList<>();
      keys.forEach(
          (name, key) -> {
            if (key.shape() == Reading.Shape.REQUIRED) {
              required.add(name);
            }
          });
      blocks.forEach(
          (name, block) -> {
            if (!block.list && !block.required().isEmpty()) {
              required.add(name);
            }
          });
      return required;
    }
  }

  /** The schema's text. */
  static String of(List<Reading.Key> keys) {
    Block top = new Block(false);
    keys.forEach(key -> top.add(key, key.path()));
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Sluice's configuration");
    schema.put("description", "Every key stands in docs/configuration.md. Check: sluice check.");
    schema.putAll(object(top));
    // Unlike a block a file of nothing is refused.
    schema.put("type", "object");
    return text(schema);
  }

  private static Map<String, Object> object(Block block) {
    Map<String, Object> properties = new LinkedHashMap<>();
    block.keys.forEach((name, key) -> properties.put(name, property(key)));
    block.blocks.forEach((name, inner) -> properties.put(name, property(inner)));
    Map<String, Object> object = new LinkedHashMap<>();
    List<String> required = block.required();
    // A block with nothing in it has its defaults.
    object.put("type", required.isEmpty() ? List.of("object", "null") : "object");
    object.put("additionalProperties", false);
    if (!required.isEmpty()) {
      object.put("required", required);
    }
    object.put("properties", properties);
    return object;
  }

  private static Map<String, Object> property(Block block) {
    if (!block.list) {
      return object(block);
    }
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("type", List.of("array", "null"));
    list.put("items", object(block));
    return list;
  }

  private static Map<String, Object> property(Reading.Key key) {
    Map<String, Object> property = new LinkedHashMap<>();
    property.put("description", description(key));
    Object fallback = fallback(key);
    if (fallback != null) {
      property.put("default", fallback);
    }
    Map<String, Object> value = value(key.kind());
    if (key.shape() != Reading.Shape.LIST) {
      property.putAll(value);
      return property;
    }
    Map<String, Object> items = new LinkedHashMap<>();
    items.put("type", "array");
    items.put("items", value);
    property.put("anyOf", List.of(value, items));
    return property;
  }

  private static String description(Reading.Key key) {
    Keys.Row row = key.row();
    return "%s\n\n%s: %s. A change takes a %s."
        .formatted(
            row.why(), key.type(), key.kind().expected(), row.restart() ? "restart" : "reload");
  }

  private static Map<String, Object> value(Kind<?> kind) {
    Form form = kind.form();
    if (form instanceof Form.Text text) {
      return pattern(kind, text.pattern());
    }
    Map<String, Object> plain = new LinkedHashMap<>();
    String quoted;
    if (form instanceof Form.Words words) {
      plain.put("enum", words.words());
      return Map.of("anyOf", List.of(plain, pattern(kind, "(?!)")));
    }
    if (form instanceof Form.Whole whole) {
      plain.put("type", "integer");
      plain.put("minimum", whole.min());
      plain.put("maximum", whole.max());
      quoted = Digits.between(whole.min(), whole.max());
    } else {
      plain.put("type", "boolean");
      quoted = "true|false";
    }
    return Map.of("anyOf", List.of(plain, pattern(kind, quoted)));
  }

  private static Map<String, Object> pattern(Kind<?> kind, String whole) {
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("type", "string");
    text.put("pattern", "^(?:" + whole + ")$|" + PUT_IN);
    // Editors show it instead of the pattern.
    text.put("patternErrorMessage", "expected " + kind.expected());
    return text;
  }

  private static @Nullable Object fallback(Reading.Key key) {
    String shown = key.fallback();
    if (shown.isEmpty()) {
      return null;
    }
    if (key.kind().form() instanceof Form.Flag) {
      return Boolean.valueOf(shown);
    }
    if (key.kind().form() instanceof Form.Whole) {
      return Long.valueOf(shown);
    }
    boolean list = key.shape() == Reading.Shape.LIST && shown.startsWith("[");
    String items = list ? shown.substring(1, shown.length() - 1) : shown;
    return list ? items.isEmpty() ? List.of() : List.of(items.split(", ")) : shown;
  }

  private static String text(Map<String, Object> schema) {
    StringWriter text = new StringWriter();
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.setPrettyPrinter(printer);
      write(json, schema);
    } catch (IOException impossible) {
      throw new UncheckedIOException("a text in memory takes everything", impossible);
    }
    return text + "\n";
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(String.valueOf(entry.getKey()));
        write(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object item : list) {
        write(json, item);
      }
      json.writeEndArray();
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value instanceof Number number) {
      json.writeNumber(number.longValue());
    } else {
      json.writeString(String.valueOf(value));
    }
  }
}
