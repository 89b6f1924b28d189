package io.sluice.http.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests the slow and plain way, with a pattern over the whole text, to compare the guard
 * with. Knows no limits.
 */
@NullMarked
final class Reference {

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
  private static final String LINE = "[\\x20-\\x7e\\x80-\\xff\\t]*";
  private static final Pattern HEAD =
      Pattern.compile(
          "(?:\r\n)?(?<method>"
              + TOKEN
              + "{1,32}) (?<target>[\\x21-\\x7e\\x80-\\xff]+) HTTP/1\\.(?<minor>[01])\r\n(?<fields>(?:"
              + TOKEN
              + "+:"
              + LINE
              + "\r\n)*)\r\n");
  private static final Pattern TARGET =
      Pattern.compile(
          "(?:[hH][tT][tT][pP][sS]?://(?<host>[^/?#]*))?(?<path>(?:/[^#\\\\?]*)?(?:\\?[^#]*)?)");
  private static final Pattern HOST =
      Pattern.compile(
          "(?:[A-Za-z0-9._~-]+|\\[[0-9a-fA-F.]*:[0-9a-fA-F:.]*])(?::(?<port>[0-9]{1,5}))?");
  private static final Pattern CHUNK =
      Pattern.compile("(?<size>[0-9a-fA-F]{1,8})(?:;" + TOKEN + "+(?:=" + TOKEN + "+)?)*\r\n");
  private static final Pattern TRAILERS =
      Pattern.compile("(?:[0-9A-Za-z-]+:" + LINE + "\r\n)*\r\n");

  private final String text;
  private int at;

  /** What there is to see: {@code METHOD target body}, with … for a body that does not end. */
  private final List<String> seen = new ArrayList<>();

  private Reference(String text) {
    this.text = text;
  }

  /** The requests before the first violation, and what of the last one's body is right. */
  static List<String> read(String text) {
    Reference reference = new Reference(text);
    while (reference.request()) {
      // until nothing is left, or nothing is right
    }
    return reference.seen;
  }

  private boolean request() {
    Matcher head = HEAD.matcher(text).region(at, text.length());
    if (!head.lookingAt()) {
      return false;
    }
    Fields fields = Fields.of(head.group("fields"));
    String target = fields == null ? null : target(head, fields);
    if (fields == null || target == null || !fields.fit(head.group("minor").equals("0"))) {
      return false;
    }
    at = head.end();
    StringBuilder body = new StringBuilder();
    boolean whole = fields.chunked ? chunks(body) : plain(body, fields.length);
    seen.add(head.group("method") + " " + target + " " + body + (whole ? "" : "…"));
    return whole;
  }

  private static @Nullable String target(Matcher head, Fields fields) {
    String method = head.group("method");
    String target = head.group("target");
    if (method.equals("CONNECT") || method.equals("TRACE")) {
      return null;
    }
    if (target.equals("*")) {
      return method.equals("OPTIONS") ? target : null;
    }
    Matcher parts = TARGET.matcher(target);
    if (!parts.matches() || (parts.group("host") == null && !target.startsWith("/"))) {
      return null;
    }
    String path = parts.group("path");
    if (parts.group("host") == null) {
      return path;
    }
    boolean same = parts.group("host").equalsIgnoreCase(fields.host);
    return same ? (path.startsWith("/") ? path : "/" + path) : null;
  }

  private boolean plain(StringBuilder body, long length) {
    int end = (int) Math.min(text.length(), at + length);
    body.append(text, at, end);
    boolean whole = end - at == length;
    at = end;
    return whole;
  }

  private boolean chunks(StringBuilder body) {
    while (true) {
      Matcher chunk = CHUNK.matcher(text).region(at, text.length());
      if (!chunk.lookingAt()) {
        return false;
      }
      long size = Long.parseLong(chunk.group("size"), 16);
      at = chunk.end();
      if (size > Integer.MAX_VALUE) {
        return false;
      }
      if (size == 0) {
        Matcher trailers = TRAILERS.matcher(text).region(at, text.length());
        boolean whole = trailers.lookingAt();
        at = whole ? trailers.end() : at;
        return whole;
      }
      if (!plain(body, size) || !text.startsWith("\r\n", at)) {
        return false;
      }
      at += 2;
    }
  }

  /** Those that frame a request. */
  private static final class Fields {
    private @Nullable String host;
    private long length = -1;
    private boolean chunked;
    private boolean wrong;

    static @Nullable Fields of(String lines) {
      Fields fields = new Fields();
      for (String line : lines.isEmpty() ? new String[0] : lines.split("\r\n", -1)) {
        int colon = line.indexOf(':');
        if (colon > 0) {
          String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
          fields.add(name, line.substring(colon + 1).replaceAll("^[ \t]+|[ \t]+$", ""));
        }
      }
      return fields.wrong ? null : fields;
    }

    private void add(String name, String value) {
      switch (name) {
        case "host" -> {
          Matcher form = HOST.matcher(value);
          wrong |= host != null || !form.matches();
          wrong |=
              !wrong && form.group("port") != null && Integer.parseInt(form.group("port")) > 65_535;
          host = value;
        }
        case "content-length" -> {
          wrong |= length >= 0 || !value.matches("[0-9]{1,18}");
          length = wrong ? 0 : Long.parseLong(value);
        }
        case "transfer-encoding" -> {
          wrong |= chunked || !value.equalsIgnoreCase("chunked");
          chunked = true;
        }
        default -> wrong |= name.startsWith("sec-websocket-key") && name.length() == 18;
      }
    }

    boolean fit(boolean old) {
      if (chunked && (old || length >= 0)) {
        return false;
      }
      length = Math.max(length, 0);
      return host != null || old;
    }
  }
}
