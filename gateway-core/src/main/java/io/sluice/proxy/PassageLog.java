package io.sluice.proxy;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request that was to go to an upstream, also for one that the gateway answered
 * itself. The path without its query, which may hold what is nobody's business.
 */
final class PassageLog {

  private static final Logger LOG = LoggerFactory.getLogger("io.sluice.access");

  private PassageLog() {}

  /**
   * How it went.
   *
   * @param target the last one tried, or null if there was none
   * @param tries how many requests upstreams may have seen
   * @param status that the client got; 0 for none
   * @param reason {@code answered}, {@code tunnel}, or why it ended otherwise
   * @param received bytes of the request's body
   * @param sent bytes of the answer's body
   * @param firstMs until the head of the answer; -1 if none came
   */
  record Ending(
      @Nullable Target target,
      int tries,
      int status,
      String reason,
      long received,
      long sent,
      long firstMs,
      long durationMs) {}

  static void write(RequestHead request, String route, Ending ending) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    Target target = ending.target;
    String path = request.request().path();
    LOG.info(
        "transport=upstream remote={} method={} path={} route={} upstream={} tries={} status={}"
            + " received={} bytes={} first-ms={} ms={} reason={}",
        request.request().remoteAddress().hostAddress(),
        request.request().method().name(),
        quoted(path == null ? "" : path),
        quoted(route),
        target == null ? "-" : target.name(),
        ending.tries,
        ending.status,
        ending.received,
        ending.sent,
        ending.firstMs,
        ending.durationMs,
        ending.reason);
  }

  private static String quoted(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        shown.append('\\').append(c);
      } else {
        shown.append(c < ' ' || c >= 0x7f ? '?' : c);
      }
    }
    return shown.append('"').toString();
  }
}
