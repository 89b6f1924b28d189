package io.sluice.publish;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.http.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A JSON body as items, or as the refusal of all of it. */
sealed interface Body {

  /**
   * Valid items.
   *
   * @param list whether they came as an array
   */
  record Items(List<Item> items, boolean list) implements Body {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** Nothing of it may be published. */
  record Refused(Problem problem) implements Body {}

  /** Which documents a content type allows. */
  enum Shape {
    ITEM,
    LIST,
    EITHER
  }

  /**
   * What a document may be.
   *
   * @param json how it is read
   * @param maxItems of an array, each of its channels counted
   */
  record Bounds(Json json, int maxItems) {}

  /** Reads a document. */
  static Body read(byte[] document, Shape shape, Form form, Bounds bounds) {
    try {
      return bounds.json.read(
          document, parser -> read(document, parser, shape, new Reader(form, bounds.maxItems)));
    } catch (Json.Malformed malformed) {
      Faults faults = new Faults();
      faults.add(List.of(), Problem.Kind.INVALID, "the body is " + malformed.getMessage());
      return new Refused(faults.problem(false));
    }
  }

  private static Body read(byte[] document, JsonParser parser, Shape shape, Reader reader)
      throws IOException, Json.Malformed {
    JsonToken first = parser.nextToken();
    if (first == JsonToken.START_OBJECT && shape != Shape.LIST) {
      return reader.one(document, parser);
    }
    if (first == JsonToken.START_ARRAY && shape != Shape.ITEM) {
      return reader.list(document, parser);
    }
    String expected =
        switch (shape) {
          case ITEM -> "an object";
          case LIST -> "an array of objects";
          case EITHER -> "an object or an array of objects";
        };
    String found = first == null ? "empty" : "something else than " + expected;
    throw new Json.Malformed(found + " (expected " + expected + ")");
  }

  /** Reads one document. */
  final class Reader {
    private final Form form;
    private final int maxItems;
    private final Faults faults = new Faults();
    private final List<Item> items = new ArrayList<>();
    private int publications;

    private Reader(Form form, int maxItems) {
      this.form = form;
      this.maxItems = maxItems;
    }

    private Body one(byte[] document, JsonParser parser) throws IOException {
      item(document, parser);
      return publications > maxItems ? tooMany(parser) : result(false);
    }

    private Body list(byte[] document, JsonParser parser) throws IOException {
      int index = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        faults.inItem(index++);
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          item(document, parser);
        } else {
          faults.add(List.of(), Problem.Kind.INVALID, "not an object (expected an item)");
          parser.skipChildren();
        }
        if (index > maxItems || publications > maxItems) {
          return tooMany(parser);
        }
      }
      return result(true);
    }

    private void item(byte[] document, JsonParser parser) throws IOException {
      int before = faults.count();
      Members members = Members.read(document, parser, faults);
      Item item = form.read(members, faults);
      if (item != null && faults.count() == before) {
        items.add(item);
        publications += item.channels().size();
      }
    }

    private Body result(boolean list) {
      return faults.isEmpty() ? new Items(items, list) : new Refused(faults.problem(list));
    }

    private Body tooMany(JsonParser parser) throws IOException {
      parser.close();
      return new Refused(
          Problem.Kind.TOO_LARGE.with(
              "the body has more than "
                  + maxItems
                  + " items (publish.max-items): send it in parts"));
    }
  }
}
