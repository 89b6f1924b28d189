package io.sluice.config;

import io.sluice.config.Yaml.At;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Turns text into {@link Yaml}. It reads parser events rather than composed nodes, because then
 * nothing can grow: aliases are refused before they are followed, and nesting is bounded.
 */
final class YamlText {

  /** The deepest key of a configuration has about ten levels. */
  private static final int MAX_DEPTH = 32;

  private final Reading reading;
  private final Iterator<Event> events;

  private YamlText(Reading reading, Iterator<Event> events) {
    this.reading = reading;
    this.events = events;
  }

  /** The document's top mapping, or null after a problem. */
  static Yaml.@Nullable Mapping parse(Reading reading, String text) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(reading.source()).setUseMarks(true).build();
    try {
      Iterator<Event> events = new Parse(settings).parseString(text).iterator();
      return new YamlText(reading, events).document();
    } catch (MarkedYamlEngineException broken) {
      brokenAt(reading, broken);
    } catch (ReaderException forbidden) {
      forbiddenCharacter(reading, text, forbidden);
    } catch (YamlEngineException broken) {
      reading.text(At.START, "broken YAML", "YAML 1.2", oneLine(broken.getMessage()));
    }
    return null;
  }

  private Yaml.@Nullable Mapping document() {
    List<Yaml> documents = new ArrayList<>();
    while (events.hasNext()) {
      Event event = events.next();
      if (event.getEventId() == Event.ID.DocumentStart && !documents.isEmpty()) {
        reading.text(
            at(event.getStartMark()), "a second document", "one document", "remove the --- line");
        return null;
      }
      if (event instanceof NodeEvent) {
        Yaml node = node(event, 0);
        if (node == null) {
          return null;
        }
        documents.add(node);
      }
    }
    return documents.isEmpty() ? empty(At.START) : top(documents.get(0));
  }

  private Yaml.@Nullable Mapping top(Yaml node) {
    if (node instanceof Yaml.Mapping mapping) {
      return mapping;
    }
    if (node instanceof Yaml.Scalar scalar && scalar.isNothing()) {
      return empty(node.at());
    }
    // Text alone may be a file of a secret.
    String shown = node instanceof Yaml.Scalar ? "text without a key" : Reading.show(node);
    reading.text(node.at(), shown, "keys at the top", "start with e.g. a line routes:");
    return null;
  }

  /** A file that is being written, or was written to a full disk, must not pass for defaults. */
  private Yaml.@Nullable Mapping empty(At at) {
    reading.text(
        at,
        "nothing but space and comments",
        "keys at the top",
        "start with e.g. a line routes:, or write {} if you mean all the defaults");
    return null;
  }

  private @Nullable Yaml node(Event event, int depth) {
    At at = at(event.getStartMark());
    if (refused(event, at, depth)) {
      return null;
    }
    if (event instanceof ScalarEvent scalar) {
      return new Yaml.Scalar(scalar.getValue(), !scalar.isPlain(), at);
    }
    return event.getEventId() == Event.ID.SequenceStart ? sequence(at, depth) : mapping(at, depth);
  }

  private boolean refused(Event event, At at, int depth) {
    if (event.getEventId() == Event.ID.Alias
        || (event instanceof NodeEvent node && node.getAnchor().isPresent())) {
      anchor(reading, at);
      return true;
    }
    if (tag(event).isPresent()) {
      reading.text(at, "a tag", "plain YAML without !", "remove the tag");
      return true;
    }
    if (depth > MAX_DEPTH) {
      reading.text(at, "deep nesting", "at most " + MAX_DEPTH + " levels", "check the brackets");
      return true;
    }
    return false;
  }

  private static Optional<String> tag(Event event) {
    if (event instanceof ScalarEvent scalar) {
      return scalar.getTag();
    }
    return event instanceof CollectionStartEvent start ? start.getTag() : Optional.empty();
  }

  private @Nullable Yaml sequence(At at, int depth) {
    List<Yaml> items = new ArrayList<>();
    for (Event e = events.next(); e.getEventId() != Event.ID.SequenceEnd; e = events.next()) {
      Yaml item = node(e, depth + 1);
      if (item == null) {
        return null;
      }
      items.add(item);
    }
    return new Yaml.Sequence(List.copyOf(items), at);
  }

  private @Nullable Yaml mapping(At at, int depth) {
    List<Yaml.Entry> entries = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (Event e = events.next(); e.getEventId() != Event.ID.MappingEnd; e = events.next()) {
      Yaml key = node(e, depth + 1);
      Yaml value = key == null ? null : node(events.next(), depth + 1);
      if (key == null || value == null) {
        return null;
      }
      entry(key, value, keys, entries);
    }
    return new Yaml.Mapping(List.copyOf(entries), at);
  }

  private void entry(Yaml key, Yaml value, Set<String> keys, List<Yaml.Entry> entries) {
    if (!(key instanceof Yaml.Scalar name)) {
      reading.text(
          key.at(), Reading.show(key) + " as a key", "a word", "put text with { or [ in quotes");
    } else if (keys.add(name.text())) {
      entries.add(new Yaml.Entry(name.text(), value, name.at()));
    } else {
      reading.text(
          name.at(), "the key " + Reading.show(name) + " again", "each key once", "remove one");
    }
  }

  private static void brokenAt(Reading reading, MarkedYamlEngineException broken) {
    At at = at(broken.getProblemMark());
    String problem = oneLine(broken.getProblem());
    if (problem.contains("TAB")) {
      reading.text(at, "a tab", "spaces", "replace the tab by spaces, or quote the value");
    } else if (String.valueOf(broken.getContext()).matches(".*(alias|anchor).*")) {
      anchor(reading, at);
    } else {
      reading.text(at, "broken YAML", "YAML 1.2", problem + remedy(problem));
    }
  }

  /** The parser speaks of its grammar; the two usual mistakes get a word of ours. */
  private static String remedy(String problem) {
    if (problem.contains("<block end>")) {
      return ": indent the lines of a block alike";
    }
    return problem.endsWith("got {") ? ": put text with { in quotes" : "";
  }

  private static void anchor(Reading reading, At at) {
    reading.text(
        at,
        "an anchor or alias",
        "plain YAML without & and *",
        "write the value out, in quotes if it starts with & or *");
  }

  /** Of all its exceptions only this one has no mark but an index of code points. */
  private static void forbiddenCharacter(Reading reading, String text, ReaderException problem) {
    int end = Math.min(text.length(), Math.max(0, problem.getPosition()));
    int lineStart = text.lastIndexOf('\n', end - 1) + 1;
    int line = 1 + (int) text.chars().limit(end).filter(c -> c == '\n').count();
    reading.text(
        new At(line, end - lineStart + 1),
        String.format("the character U+%04X", problem.getCodePoint()),
        "printable text",
        "remove it, or write it as \\u in double quotes");
  }

  private static At at(Optional<Mark> mark) {
    return mark.map(m -> new At(m.getLine() + 1, m.getColumn() + 1)).orElse(At.START);
  }

  private static String oneLine(@Nullable String message) {
    return message == null ? "it cannot be parsed" : message.lines().findFirst().orElse("");
  }
}
