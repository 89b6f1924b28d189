package io.sluice.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A kind of value: how it is written and which values are allowed.
 *
 * @param type its name in the documentation
 * @param expected the allowed values, for {@code (expected …)}
 * @param example one of them, for {@code set e.g. …}
 * @param parser from text
 * @param shown to text, so that the parser reads it back; what looks like a credential is left out
 * @param form how it is written, for the schema
 * @param secrecy what must not be shown
 */
record Kind<T>(
    String type,
    String expected,
    String example,
    Function<String, Parsed<T>> parser,
    Function<T, String> shown,
    Form form,
    Secrecy secrecy) {

  /** What must not be shown of a value. */
  enum Secrecy {
    /** Nothing. */
    OPEN,
    /** What comes after a header's name, in whatever way. */
    AFTER_NAME,
    /** What comes after a header's name and its colon; all of what has none. */
    AFTER_COLON,
    /** The value. */
    ALL
  }

  private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,17}");

  Kind(
      String type,
      String expected,
      String example,
      Function<String, Parsed<T>> parser,
      Function<T, String> shown,
      Form form) {
    this(type, expected, example, parser, shown, form, Secrecy.OPEN);
  }

  Parsed<T> parse(String text) {
    return parser.apply(text);
  }

  String show(T value) {
    return shown.apply(value);
  }

  /** A whole number in decimal digits. */
  static Kind<Integer> count(int min, int max) {
    Function<String, Parsed<Integer>> parser =
        text -> {
          if (!WHOLE.matcher(text).matches()) {
            return Parsed.bad("write a whole number in digits only");
          }
          long value = Long.parseLong(text);
          return value < min || value > max ? Parsed.bad() : Parsed.good((int) value);
        };
    Form form = new Form.Whole(min, max);
    return new Kind<>("number", min + " to " + max, "" + min, parser, String::valueOf, form);
  }

  /** {@code true} or {@code false}, no other word. */
  static Kind<Boolean> flag() {
    Function<String, Parsed<Boolean>> parser =
        text ->
            switch (text) {
              case "true" -> Parsed.good(true);
              case "false" -> Parsed.good(false);
              default -> Parsed.bad();
            };
    return new Kind<>("flag", "true or false", "true", parser, String::valueOf, new Form.Flag());
  }

  /** One of the words that name the four transports. */
  static Kind<Transport> transport() {
    Function<String, Parsed<Transport>> parser =
        text -> {
          for (Transport transport : Transport.values()) {
            if (transport.word().equals(text)) {
              return Parsed.good(transport);
            }
          }
          return Parsed.bad();
        };
    return new Kind<>(
        "transport",
        "websocket, sse, long-poll or poll",
        "sse",
        parser,
        Transport::word,
        new Form.Words(Arrays.stream(Transport.values()).map(Transport::word).toList()));
  }

  /** Text of one form. */
  static Kind<String> word(String type, String expected, String example, Pattern form) {
    Function<String, Parsed<String>> parser =
        text -> form.matcher(text).matches() ? Parsed.good(text) : Parsed.bad();
    Form written = new Form.Text(form.pattern());
    return new Kind<>(type, expected, example, parser, Function.identity(), written);
  }

  /** The same, never shown. */
  static <T> Kind<T> hidden(Kind<T> kind) {
    return kind.with(Secrecy.ALL);
  }

  Kind<T> with(Secrecy other) {
    return new Kind<>(type, expected, example, parser, shown, form, other);
  }

  /** A file's name; whether it exists is not asked. */
  static Kind<Path> file(String example) {
    Function<String, Parsed<Path>> parser =
        text -> {
          try {
            return text.isBlank() ? Parsed.bad() : Parsed.good(Path.of(text));
          } catch (InvalidPathException impossible) {
            return Parsed.bad();
          }
        };
    Form form = new Form.Text("[\\s\\S]*\\S[\\s\\S]*");
    return new Kind<>("file", "the name of a file", example, parser, Path::toString, form);
  }

  /** Channel names with {@code *} for any run of characters. */
  static Kind<ChannelPattern> channels() {
    Function<String, Parsed<ChannelPattern>> parser =
        text ->
            text.isEmpty() || text.length() > 255 || text.chars().anyMatch(Character::isISOControl)
                ? Parsed.bad()
                : Parsed.good(new ChannelPattern(text));
    return new Kind<>(
        "channel pattern",
        "1 to 255 characters, * for any run of characters",
        "\"news-*\"",
        parser,
        ChannelPattern::text,
        new Form.Text("[^\\x00-\\x1f\\x7f-\\x9f]{1,255}"));
  }

  /** A route's path. */
  static Kind<PathTemplate> path() {
    return new Kind<>(
        "path",
        "a path of literal segments and {names}, with /** at the end for any rest",
        "\"/events/{channel}\"",
        PathTemplate::read,
        PathTemplate::text,
        new Form.Text(PathTemplate.FORM));
  }

  /** A path for an upstream. */
  static Kind<PathRewrite> pathRewrite() {
    return new Kind<>(
        "path rewrite",
        "a path with {names} of the route's path, and {**} for the rest of /**",
        "\"/v1/{**}\"",
        PathRewrite::read,
        PathRewrite::text,
        new Form.Text("/[^ ?#]*"));
  }

  /** A channel's name made of the path's variables. */
  static Kind<ChannelTemplate> channelTemplate() {
    return new Kind<>(
        "channel template",
        "a channel name with {names} of the path",
        "\"{channel}\"",
        ChannelTemplate::read,
        ChannelTemplate::text,
        new Form.Text("(?:[^{}\\x00-\\x1f]|\\{[A-Za-z][A-Za-z0-9_-]*\\})+"));
  }
}
