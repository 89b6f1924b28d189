package io.sluice.http;

import io.sluice.config.ConfigProblem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, percent-decoded exactly once and strictly: a {@code %2F} is a slash
 * inside its segment, {@code ..} and an empty segment are segments like any other, and what is not
 * UTF-8 is refused instead of replaced (RFC 3986 §2.1).
 *
 * @param segments what stands between the slashes of the path; {@code /a/} has the segments {@code
 *     a} and an empty one
 * @param parameters of the query, in its order; a {@code +} is a space
 */
public record RequestTarget(List<String> segments, Map<String, List<String>> parameters) {

  /** Characters of a client's own text that an answer repeats. */
  private static final int MAX_TOLD = 64;

  public RequestTarget {
    segments = List.copyOf(segments);
  }

  /**
   * Decodes a path and a query.
   *
   * @param path the raw path
   * @param query the raw query, or null for none
   * @return null for a path that does not start with a slash and for a malformed percent-encoding
   */
  public static @Nullable RequestTarget parse(@Nullable String path, @Nullable String query) {
    if (path == null || path.isEmpty() || path.charAt(0) != '/') {
      return null;
    }
    List<String> segments = segments(path);
    if (segments == null) {
      return null;
    }
    Map<String, List<String>> parameters = parameters(query == null ? "" : query);
    return parameters == null ? null : new RequestTarget(segments, parameters);
  }

  private static @Nullable List<String> segments(String path) {
    List<String> segments = new ArrayList<>(4);
    int from = 1;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      String segment = decode(path.substring(from, to));
      if (segment == null) {
        return null;
      }
      segments.add(segment);
      from = to + 1;
    }
    return segments;
  }

  /** The first value of a parameter, or null if it is absent. */
  public @Nullable String parameter(String name) {
    List<String> values = parameters.get(name);
    return values == null ? null : values.get(0);
  }

  /**
   * Refuses what would otherwise be lost without a word (PUB-14).
   *
   * @return null if every parameter is known and there once
   */
  public @Nullable Problem unknownParameter(Set<String> known) {
    for (Map.Entry<String, List<String>> each : parameters.entrySet()) {
      if (!known.contains(each.getKey())) {
        return Problem.Kind.BAD_REQUEST.with(unknown(each.getKey(), new TreeSet<>(known)));
      }
      if (each.getValue().size() > 1) {
        return Problem.Kind.BAD_REQUEST.with(
            "the query parameter " + each.getKey() + " is there twice (expected once)");
      }
    }
    return null;
  }

  private static String unknown(String name, Set<String> known) {
    String nearest = ConfigProblem.nearest(name, known);
    String expected = known.isEmpty() ? "none" : String.join(" or ", known);
    return "the query parameter "
        + (name.length() > MAX_TOLD ? name.substring(0, MAX_TOLD) + "…" : name)
        + " is not known here (expected "
        + expected
        + ")"
        + (nearest == null ? "" : ": did you mean " + nearest + "?");
  }

  private static @Nullable Map<String, List<String>> parameters(String query) {
    if (query.isEmpty()) {
      return Map.of();
    }
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (String pair : query.split("&", -1)) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = decodeForm(equals < 0 ? pair : pair.substring(0, equals));
      String value = equals < 0 ? "" : decodeForm(pair.substring(equals + 1));
      if (name == null || value == null) {
        return null;
      }
      parameters.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
    }
    return parameters;
  }

  private static @Nullable String decodeForm(String raw) {
    return decode(raw.replace('+', ' '));
  }

  /**
   * Percent-decodes a text once. Its characters up to U+00FF are bytes as they came on the wire, so
   * that UTF-8 which a client forgot to encode is understood too.
   *
   * @return null if a {@code %} is not followed by two hexadecimal digits, or if the result is not
   *     UTF-8
   */
  public static @Nullable String decode(String raw) {
    if (isPlain(raw)) {
      return raw;
    }
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    int at = 0;
    while (at < raw.length()) {
      int value = raw.charAt(at++);
      if (value == '%') {
        value = at + 1 < raw.length() ? hex(raw.charAt(at)) << 4 | hex(raw.charAt(at + 1)) : -1;
        at += 2;
      }
      if (value < 0 || value > 0xff) {
        return null;
      }
      bytes[length++] = (byte) value;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }

  /**
   * A path or a query as an upstream gets it: as it came, but for the bytes above ASCII, which RFC
   * 3986 does not know.
   *
   * @param raw a character for each byte
   */
  public static String encoded(String raw) {
    int at = 0;
    while (at < raw.length() && isVisible(raw.charAt(at))) {
      at++;
    }
    if (at == raw.length()) {
      return raw;
    }
    StringBuilder encoded = new StringBuilder(raw.length() + 16).append(raw, 0, at);
    for (; at < raw.length(); at++) {
      char c = raw.charAt(at);
      if (isVisible(c)) {
        encoded.append(c);
      } else {
        encode(c, encoded);
      }
    }
    return encoded.toString();
  }

  /** Writes a byte as RFC 3986 §2.1 does. */
  public static void encode(int octet, StringBuilder to) {
    to.append('%').append(String.format(Locale.ROOT, "%02X", octet & 0xff));
  }

  private static boolean isVisible(char c) {
    return c > ' ' && c < 0x7f;
  }

  /** Whether a text means itself, as nearly all do. */
  private static boolean isPlain(String raw) {
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%' || raw.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /** The value of a digit; for anything else a negative number that stays negative when or-ed. */
  private static int hex(char c) {
    return c > 'f' ? -1 : Character.digit(c, 16);
  }
}
