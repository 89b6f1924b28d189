package io.sluice.publish;

import io.sluice.channel.Event;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a content type says about data; the bytes are never looked at (NAM-5). */
final class MediaType {

  static final int MAX_LENGTH = 255;

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  /** RFC 9110 §8.3.1. Possessive, so that no input makes it search. */
  private static final Pattern GRAMMAR =
      Pattern.compile(
          TOKEN
              + "/"
              + TOKEN
              + "(?:[ \\t]*+;[ \\t]*+(?:"
              + TOKEN
              + "=(?:"
              + TOKEN
              + "|\"[^\"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]*+\"))?+)*+[ \\t]*+");

  /** Those that nearly all requests have. */
  private static final Map<String, Event.Kind> USUAL =
      Map.of(
          "application/json", Event.Kind.JSON,
          "application/json; charset=utf-8", Event.Kind.JSON,
          "application/octet-stream", Event.Kind.BINARY,
          "text/html", Event.Kind.TEXT,
          "text/plain", Event.Kind.TEXT,
          "text/plain; charset=utf-8", Event.Kind.TEXT,
          "text/plain;charset=UTF-8", Event.Kind.TEXT);

  private static final Pattern CHARSET = Pattern.compile("(?i);[ \\t]*charset=\"?([^\";\\x00- ]+)");

  private MediaType() {}

  /** Whether a text is a media type with parameters, of at most 255 characters. */
  static boolean isValid(String type) {
    return USUAL.containsKey(type)
        || (type.length() <= MAX_LENGTH && GRAMMAR.matcher(type).matches());
  }

  /** Type and subtype in lower case, without parameters. */
  static String essence(String type) {
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
  }

  /** The parameter {@code charset} of a valid type, or null. */
  static @Nullable String charset(String type) {
    Matcher matcher = CHARSET.matcher(type);
    return matcher.find() ? matcher.group(1) : null;
  }

  /** What data of a valid type is. */
  static Event.Kind kind(String type) {
    Event.Kind usual = USUAL.get(type);
    return usual == null ? kindOf(essence(type)) : usual;
  }

  private static Event.Kind kindOf(String essence) {
    if (essence.equals("application/json") || essence.endsWith("+json")) {
      return Event.Kind.JSON;
    }
    boolean text =
        essence.startsWith("text/")
            || essence.equals("application/xml")
            || essence.endsWith("+xml")
            || essence.equals("application/x-www-form-urlencoded");
    return text ? Event.Kind.TEXT : Event.Kind.BINARY;
  }
}
