package io.sluice.transport;

import io.sluice.config.Transport;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which transport a request asks for: {@code docs/protocol.md} §3. */
final class Negotiation {

  /** RFC 7240 §4.3, with the quotes that its grammar allows. */
  private static final Pattern WAIT =
      Pattern.compile(
          "\\s*wait\\s*=\\s*(?:\"([0-9]{1,9})\"|([0-9]{1,9}))\\s*(?:;.*)?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern Q =
      Pattern.compile(
          "\\s*q\\s*=\\s*(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)\\s*", Pattern.CASE_INSENSITIVE);

  private Negotiation() {}

  /** The transport of a GET or HEAD; HEAD is a poll (NEG-7). */
  static Transport choose(HttpServerRequest request, boolean waitParameter) {
    if (WebSocketHandshake.isAsked(request)) {
      return Transport.WEBSOCKET;
    }
    boolean head = request.method().name().equals("HEAD");
    if (!head && asksForEvents(request.headers().getAll("Accept"))) {
      return Transport.SSE;
    }
    boolean waits = waitParameter || preferredWait(request.headers().getAll("Prefer")) >= 0;
    return waits && !head ? Transport.LONG_POLL : Transport.POLL;
  }

  /**
   * NEG-2: an event stream is named with a q above 0 and not below that of JSON (RFC 9110 §12.5.1).
   * A malformed q counts as 0.
   */
  static boolean asksForEvents(List<String> accept) {
    double events = -1;
    double json = 0;
    for (String line : accept) {
      for (String range : line.split(",", -1)) {
        String[] parts = range.split(";", -1);
        String type = parts[0].strip().toLowerCase(Locale.ROOT);
        if (type.equals("text/event-stream")) {
          events = Math.max(events, quality(parts));
        } else if (type.equals("application/json")) {
          json = Math.max(json, quality(parts));
        }
      }
    }
    return events > 0 && events >= json;
  }

  private static double quality(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].strip().toLowerCase(Locale.ROOT).startsWith("q")) {
        Matcher q = Q.matcher(parts[i]);
        if (q.matches()) {
          return Double.parseDouble(q.group(1));
        }
        if (parts[i].contains("=") && parts[i].strip().substring(1).strip().startsWith("=")) {
          return 0;
        }
      }
    }
    return 1;
  }

  /** The seconds of {@code Prefer: wait=N}, or -1; the first one counts, a malformed one never. */
  static long preferredWait(List<String> prefer) {
    for (String line : prefer) {
      for (String preference : line.split(",", -1)) {
        Matcher wait = WAIT.matcher(preference);
        if (wait.matches()) {
          return Long.parseLong(wait.group(1) != null ? wait.group(1) : wait.group(2));
        }
      }
    }
    return -1;
  }
}
