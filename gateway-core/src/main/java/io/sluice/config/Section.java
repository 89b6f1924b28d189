package io.sluice.config;

import io.sluice.config.Substitution.PutIn;
import io.sluice.config.Yaml.At;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A block of keys that is being read. A getter that finds something wrong notes the problem and
 * goes on with the default, so that all problems come at once. A block that is not there reads as
 * an empty one. Whoever has asked for all keys calls {@link #end}, which refuses the others.
 */
final class Section {

  private static final String INDENT = "indent its keys below, or write {}";

  private static final Pattern INDEX = Pattern.compile("\\[\\d+]");

  /** Blocks that hold secrets; text in their place is probably one. */
  private static final Pattern SECRETIVE = Pattern.compile(".*(?:keys(?:\\[\\d+])?|-headers)");

  private final Reading reading;
  private final String path;
  private final Yaml.@Nullable Mapping node;
  private final At at;
  private final boolean broken;
  private final Set<String> asked = new LinkedHashSet<>();
  private final Set<String> secret = new HashSet<>();
  private boolean misread;

  /**
   * A block.
   *
   * @param broken whether something else stands in its place, which is a problem already noted
   */
  private Section(
      Reading reading, String path, Yaml.@Nullable Mapping node, At at, boolean broken) {
    this.reading = reading;
    this.path = path;
    this.node = node;
    this.at = at;
    this.broken = broken;
  }

  static Section top(Reading reading, Yaml.Mapping node) {
    return new Section(reading, "", node, node.at(), false);
  }

  /** A value with a default. */
  <T> T get(String key, Kind<T> kind, T fallback) {
    String shown = kind.show(fallback);
    ask(key, kind, Reading.Shape.VALUE, shown);
    T value = read(key, kind, usual(shown), shown);
    return value == null ? fallback : value;
  }

  /** A number of bytes with a default, of a kind whose bounds fit an int. */
  int bytes(String key, Kind<Long> size, int fallback) {
    return Math.toIntExact(get(key, size, (long) fallback));
  }

  /** A value that may be left out; null if it is, or is wrong. */
  <T> @Nullable T find(String key, Kind<T> kind) {
    ask(key, kind, Reading.Shape.VALUE, "");
    return read(key, kind, "set e.g. " + kind.example() + " or remove the line", "");
  }

  /** A value that must be there; null if it is not, or is wrong. */
  <T> @Nullable T require(String key, Kind<T> kind) {
    ask(key, kind, Reading.Shape.REQUIRED, "");
    if (broken) {
      return null;
    }
    if (!has(key)) {
      problem(key, "nothing", kind.expected(), "add " + missing(key, kind.example()));
      return null;
    }
    return read(key, kind, "set e.g. " + kind.example(), "");
  }

  private String missing(String key, String example) {
    return node == null && !path.isEmpty()
        ? UnknownKey.within(path.substring(path.lastIndexOf('.') + 1), key + ": " + example)
        : key + ", e.g. " + example;
  }

  /** A list of values; a single value is a list of one. */
  <T> List<T> list(String key, Kind<T> kind, List<T> fallback) {
    String shown = show(kind, fallback);
    ask(key, kind, Reading.Shape.LIST, shown);
    Yaml.Entry entry = entry(key);
    if (entry == null || !(entry.value() instanceof Yaml.Sequence sequence)) {
      T value = read(key, kind, usual(shown), shown);
      return value == null ? fallback : List.of(value);
    }
    List<T> values = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    PutIn putIn = new PutIn();
    for (int i = 0; i < sequence.items().size(); i++) {
      Yaml item = sequence.items().get(i);
      PutIn its = new PutIn();
      String advice = "set e.g. " + kind.example() + " or remove the item";
      T value = parse(item, new Slot(item.at(), path(key) + "[" + i + "]", advice), kind, its);
      misread |= value == null;
      if (value != null) {
        values.add(value);
        notes.add(display(kind, value));
        putIn.variables().addAll(its.variables());
        putIn.files().addAll(its.files());
      }
    }
    note(key, joined(notes), entry.at(), putIn);
    return values;
  }

  /** A block of its own; an empty one if it is not there. */
  Section section(String key) {
    return section(key, INDENT);
  }

  /**
   * A block of its own, in whose place people write the value of one of its keys.
   *
   * @param main that key
   */
  Section sectionOf(String key, String main) {
    Yaml.Entry entry = entry(key);
    if (entry == null || !(entry.value() instanceof Yaml.Scalar value)) {
      return section(key);
    }
    boolean whole =
        Reading.show(value).equals(value.text()) && !value.text().matches(".*[\"\\\\].*");
    String text = whole ? '"' + value.text() + '"' : "…";
    return section(key, "write " + UnknownKey.within(key, main + ": " + text));
  }

  private Section section(String key, String advice) {
    asked.add(key);
    Yaml.Entry entry = entry(key);
    return entry == null
        ? new Section(reading, path(key), null, at, false)
        : block(entry.value(), new Slot(entry.at(), path(key), advice));
  }

  /** A list of blocks. */
  List<Section> sections(String key) {
    asked.add(key);
    List<Section> sections = new ArrayList<>();
    Yaml.Entry entry = entry(key);
    if (entry != null && entry.value() instanceof Yaml.Sequence sequence) {
      for (Yaml item : sequence.items()) {
        String name = path(key) + "[" + sections.size() + "]";
        sections.add(block(item, new Slot(item.at(), name, INDENT)));
      }
    } else if (entry != null && !isNothing(entry.value())) {
      String shown = instead(path(key), entry.value());
      problem(key, shown, "a list", "start each item with a - of its own");
    }
    if (sections.isEmpty() && reading.describing()) {
      sections.add(new Section(reading, path(key) + "[0]", null, at, false));
    }
    return sections;
  }

  String path() {
    return path;
  }

  /** Whether something that is no block stands in its place. */
  boolean isBroken() {
    return broken;
  }

  /** Whether a value of this block that was asked for is wrong, so that its default stood in. */
  boolean isMisread() {
    return misread;
  }

  /** Whether the key is written here, whatever its value. */
  boolean has(String key) {
    return entry(key) != null;
  }

  /** Whether the key is written here with a list of nothing, or with nothing. */
  boolean isEmpty(String key) {
    Yaml.Entry entry = entry(key);
    return entry != null
        && (isNothing(entry.value())
            || (entry.value() instanceof Yaml.Sequence list && list.items().isEmpty()));
  }

  /** The text of a file that a key names; null if it cannot be read, which is then noted. */
  @Nullable String content(String key, Path file) {
    Parsed<String> content = reading.substitution().content(file.toString());
    if (content instanceof Parsed.Good<String> text) {
      return text.value();
    }
    String why = ((Parsed.Bad<String>) content).advice();
    refuse(key, "a file that can be read", why == null ? "name another one" : why);
    return null;
  }

  /** Notes what is wrong with the key's value in the light of others. */
  void refuse(String key, String expected, String advice) {
    Yaml.Entry entry = entry(key);
    String shown = entry == null ? "nothing" : shown(key, entry.value());
    problem(key, shown, expected, advice);
  }

  /** Notes every key of this block that nobody asked for. */
  void end() {
    if (node == null) {
      return;
    }
    for (Yaml.Entry entry : node.entries()) {
      if (!asked.contains(entry.key())) {
        String shown = Reading.show(new Yaml.Scalar(entry.key(), true, entry.at()));
        String expected = "one of " + String.join(", ", asked);
        reading.problem(entry.at(), path(shown), null, expected, remedy(entry.key()));
      }
    }
  }

  private String remedy(String unknown) {
    Set<String> written = new HashSet<>();
    if (node != null) {
      node.entries().forEach(entry -> written.add(entry.key()));
    }
    String block = INDEX.matcher(path).replaceAll("[]");
    return new UnknownKey(unknown, block, asked, written).remedy(reading.keys());
  }

  private Section block(Yaml value, Slot slot) {
    String name = slot.path;
    if (value instanceof Yaml.Mapping mapping) {
      return new Section(reading, name, mapping, slot.at, false);
    }
    boolean wrong = !isNothing(value);
    if (wrong) {
      reading.problem(slot.at, name, instead(name, value), "a block of keys", slot.advice);
    }
    return new Section(reading, name, null, slot.at, wrong);
  }

  /** What stands where a block or a list of blocks belongs. */
  private static String instead(String name, Yaml value) {
    boolean secret = value instanceof Yaml.Scalar && SECRETIVE.matcher(name).matches();
    return secret ? Reading.HIDDEN : Reading.show(value);
  }

  /**
   * The one value of a key.
   *
   * @param fallback what holds without it, for the note
   */
  private <T> @Nullable T read(String key, Kind<T> kind, String advice, String fallback) {
    Yaml.Entry entry = entry(key);
    PutIn putIn = new PutIn();
    if (entry == null) {
      note(key, fallback, null, putIn);
      return null;
    }
    T value = parse(entry.value(), new Slot(entry.at(), path(key), advice), kind, putIn);
    misread |= value == null;
    if (value != null) {
      note(key, display(kind, value), entry.at(), putIn);
    }
    return value;
  }

  private void note(String key, String value, @Nullable At place, PutIn putIn) {
    reading.note(new Reading.Noted(path(key), value, place, putIn));
  }

  /** A value as it may be shown. */
  private static <T> String display(Kind<T> kind, T value) {
    return kind.secrecy() == Kind.Secrecy.ALL ? Reading.HIDDEN : kind.show(value);
  }

  /** Where a value stands, and what to do if it is wrong. */
  private record Slot(At at, String path, String advice) {}

  private <T> @Nullable T parse(Yaml value, Slot slot, Kind<T> kind, PutIn putIn) {
    At place = slot.at;
    String name = slot.path;
    String advice = slot.advice;
    String shown = Reading.show(value, kind.secrecy());
    if (!(value instanceof Yaml.Scalar scalar) || scalar.isNothing()) {
      reading.problem(place, name, Reading.show(value), kind.expected(), advice);
      return null;
    }
    Parsed<String> text = reading.substitution().expand(scalar.text(), putIn);
    if (!(text instanceof Parsed.Good<String> expanded)) {
      String why = ((Parsed.Bad<String>) text).advice();
      reading.problem(place, name, shown, "a value for every ${…}", why == null ? advice : why);
      return null;
    }
    Parsed<T> parsed = kind.parse(expanded.value());
    if (parsed instanceof Parsed.Good<T> good) {
      return good.value();
    }
    String hint = ((Parsed.Bad<T>) parsed).advice();
    // A hint may quote the value, and what was put in for ${…} may be a secret.
    boolean quotable = expanded.value().equals(scalar.text());
    reading.problem(place, name, shown, kind.expected(), hint != null && quotable ? hint : advice);
    return null;
  }

  private <T> void ask(String key, Kind<T> kind, Reading.Shape shape, String fallback) {
    asked.add(key);
    if (kind.secrecy() == Kind.Secrecy.ALL) {
      secret.add(key);
    }
    String name = INDEX.matcher(path(key)).replaceAll("[]");
    reading.asked(new Reading.Key(name, kind, shape, fallback));
  }

  private void problem(String key, String shown, String expected, String advice) {
    Yaml.Entry entry = entry(key);
    reading.problem(entry == null ? at : entry.at(), path(key), shown, expected, advice);
  }

  private String shown(String key, Yaml value) {
    return secret.contains(key) ? Reading.HIDDEN : Reading.show(value);
  }

  private Yaml.@Nullable Entry entry(String key) {
    if (node == null) {
      return null;
    }
    for (Yaml.Entry entry : node.entries()) {
      if (entry.key().equals(key)) {
        return entry;
      }
    }
    return null;
  }

  private String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static boolean isNothing(Yaml value) {
    return value instanceof Yaml.Scalar scalar && scalar.isNothing();
  }

  private static String usual(String fallback) {
    return "set e.g. " + fallback + " or remove the line for the default " + fallback;
  }

  private static <T> String show(Kind<T> kind, List<T> values) {
    return joined(values.stream().map(kind::show).toList());
  }

  private static String joined(List<String> values) {
    return values.size() == 1 ? values.get(0) : "[" + String.join(", ", values) + "]";
  }
}
