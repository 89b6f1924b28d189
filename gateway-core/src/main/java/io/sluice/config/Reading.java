package io.sluice.config;

import io.sluice.config.Yaml.At;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One reading of one text: gathers every problem, and the keys that were asked for. */
final class Reading {

  /** What stands for a secret. */
  static final String HIDDEN = "(hidden)";

  private static final int SHOWN = 60;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}(?=(:?))");

  private final String source;
  private final Substitution substitution;
  private final boolean describing;
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final List<Key> keys = new ArrayList<>();
  private final List<Noted> noted = new ArrayList<>();

  /**
   * A value that was read.
   *
   * @param path with the index of an item of a list
   * @param value as it may be shown; empty for none
   * @param at where it is written, or null if it is the default
   * @param putIn what it took from elsewhere
   */
  record Noted(String path, String value, @Nullable At at, Substitution.PutIn putIn) {}

  /**
   * A key that the configuration knows.
   *
   * @param path with {@code []} for an item of a list
   * @param kind of its value, or of an item
   * @param fallback its default as it would be written; empty if it has none
   */
  record Key(String path, Kind<?> kind, Shape shape, String fallback) {

    /** The type's name in the documentation. */
    String type() {
      return (shape == Shape.LIST ? "list of " : "") + kind.type();
    }

    /** What is said of it beside its kind; everything is said of every key ({@link Keys}). */
    Keys.Row row() {
      return Objects.requireNonNull(Keys.row(path), path);
    }
  }

  /** What stands at a key. */
  enum Shape {
    VALUE,
    /** A value that must be there. */
    REQUIRED,
    /** A list, or a value. */
    LIST
  }

  /**
   * A reading that has found nothing yet.
   *
   * @param describing whether every list has one item that is not there, so that {@link #keys} is
   *     complete whatever the text
   */
  Reading(String source, Substitution substitution, boolean describing) {
    this.source = source;
    this.substitution = substitution;
    this.describing = describing;
  }

  String source() {
    return source;
  }

  Substitution substitution() {
    return substitution;
  }

  boolean describing() {
    return describing;
  }

  List<ConfigProblem> problems() {
    return problems;
  }

  List<Key> keys() {
    return keys;
  }

  void asked(Key key) {
    keys.add(key);
  }

  List<Noted> noted() {
    return noted;
  }

  void note(Noted value) {
    noted.add(value);
  }

  void problem(At at, String path, @Nullable String value, String expected, String advice) {
    problems.add(new ConfigProblem(source, at.line(), at.column(), path, value, expected, advice));
  }

  /** A problem with the text itself rather than with a key's value. */
  void text(At at, String what, String expected, String advice) {
    problem(at, "", what, expected, advice);
  }

  /** A value as a problem shows it: as written, shortened, on one line. */
  static String show(Yaml value) {
    if (value instanceof Yaml.Scalar scalar) {
      return scalar.isNothing() ? "nothing" : shorten(withoutUser(scalar.text()));
    }
    return value instanceof Yaml.Mapping ? "a block of keys" : "a list";
  }

  /** The same, without what its kind keeps secret. */
  static String show(Yaml value, Kind.Secrecy secrecy) {
    if (!(value instanceof Yaml.Scalar scalar) || scalar.isNothing()) {
      return show(value);
    }
    return switch (secrecy) {
      case OPEN -> show(value);
      case AFTER_NAME -> named(scalar.text(), false);
      case AFTER_COLON -> named(scalar.text(), true);
      case ALL -> HIDDEN;
    };
  }

  /** The name of a header at most: without a colon that could itself be a credential. */
  private static String named(String text, boolean colon) {
    Matcher name = NAME.matcher(text);
    if (!name.lookingAt()) {
      return HIDDEN;
    }
    if (!name.group(1).isEmpty()) {
      return name.group() + ": " + HIDDEN;
    }
    return colon || name.end() < text.length() ? HIDDEN : text;
  }

  /** A URL without its user and password (RFC 3986 §3.2.1), also one that lacks its scheme. */
  private static String withoutUser(String text) {
    int end = text.lastIndexOf('@');
    int scheme = text.indexOf("://");
    boolean named = scheme >= 0 && scheme < end;
    boolean pair = end >= 0 && text.lastIndexOf(':', end) >= 0;
    return named || pair
        ? text.substring(0, named ? scheme + 3 : 0) + HIDDEN + text.substring(end)
        : text;
  }

  private static String shorten(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(SHOWN)
        .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
    if (text.codePointCount(0, text.length()) > SHOWN) {
      shown.append('…');
    }
    return text.isEmpty() ? "\"\"" : shown.toString();
  }
}
