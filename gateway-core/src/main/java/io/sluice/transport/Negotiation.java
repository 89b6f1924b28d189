package io.sluice.transport;

import io.sluice.config.Transport;
import java.util.List;
import java.util.regex.Pattern;

/** Which transport a request asks for: {@code docs/protocol.md} §3. */
final class Negotiation {

  /** RFC 9110 §12.4.2. */
  private static final Pattern QVALUE = Pattern.compile("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?");

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,18}");

  private Negotiation() {}

  /**
   * The transport of a GET or HEAD; HEAD is a poll (NEG-7).
   *
   * @param knownToWait whether that has been found out already
   */
  static Transport choose(PushRequest request, boolean knownToWait) {
    if (WebSocketHandshake.isAsked(request)) {
      return Transport.WEBSOCKET;
    }
    boolean head = request.method().name().equals("HEAD");
    if (!head && asksForEvents(request.headers().getAll("Accept"))) {
      return Transport.SSE;
    }
    boolean waits = knownToWait || preferredWait(request.headers().getAll("Prefer")) >= 0;
    return waits && !head ? Transport.LONG_POLL : Transport.POLL;
  }

  /**
   * NEG-2: an event stream is named with a q above 0 and not below that of JSON (RFC 9110 §12.5.1).
   * A malformed q counts as 0.
   */
  static boolean asksForEvents(List<String> accept) {
    List<List<String>> ranges = FieldList.elements(accept);
    double events = quality(ranges, "text/event-stream");
    return events > 0 && events >= quality(ranges, "application/json");
  }

  /** The highest q under which a type is named; 0 if it is not. */
  private static double quality(List<List<String>> ranges, String type) {
    double best = 0;
    for (List<String> range : ranges) {
      if (range.get(0).equalsIgnoreCase(type)) {
        best = Math.max(best, quality(range));
      }
    }
    return best;
  }

  private static double quality(List<String> range) {
    for (String part : range.subList(1, range.size())) {
      if (FieldList.isNamed(part, "q")) {
        String value = FieldList.value(part);
        return QVALUE.matcher(value).matches() ? Double.parseDouble(value) : 0;
      }
    }
    return 1;
  }

  /**
   * The seconds of {@code Prefer: wait=N} (RFC 7240 §4.3), or -1 if there is none or it is
   * malformed. Of several the first counts (RFC 7240 §2).
   */
  static long preferredWait(List<String> prefer) {
    for (List<String> preference : FieldList.elements(prefer)) {
      if (FieldList.isNamed(preference.get(0), "wait")) {
        String seconds = FieldList.value(preference.get(0));
        return SECONDS.matcher(seconds).matches() ? Long.parseLong(seconds) : -1;
      }
    }
    return -1;
  }
}
