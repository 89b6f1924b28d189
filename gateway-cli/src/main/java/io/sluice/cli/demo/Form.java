package io.sluice.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An {@code application/x-www-form-urlencoded} body. */
record Form(Map<String, String> fields) {

  private static final int MAX_BYTES = 8 * 1024;

  /** Reads a body; null if it is larger than 8 KiB or malformed. */
  static @Nullable Form read(InputStream in) throws IOException {
    byte[] body = in.readNBytes(MAX_BYTES + 1);
    if (body.length > MAX_BYTES) {
      return null;
    }
    Map<String, String> fields = new LinkedHashMap<>();
    for (String pair : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        try {
          fields.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
        } catch (IllegalArgumentException malformed) {
          return null;
        }
      }
    }
    return new Form(fields);
  }

  /** A field without surrounding space, cut to a length in characters; empty if absent. */
  String text(String name, int length) {
    String value = fields.getOrDefault(name, "").strip();
    if (value.codePointCount(0, value.length()) <= length) {
      return value;
    }
    return value.substring(0, value.offsetByCodePoints(0, length));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
