package io.sluice.proxy;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is counted of one passage, and its line of the access log: one for each request that was to
 * go to an upstream, also for one that the gateway answered itself.
 */
final class Account {

  private static final Logger LOG = LoggerFactory.getLogger("io.sluice.access");

  private final Proxy.Site site;
  private final RequestHead head;
  private final String route;
  private final long beganMs;
  private long firstMs = -1;

  /**
   * How it went.
   *
   * @param reason {@code answered}, a tunnel's end, or why it ended otherwise
   * @param status that the client got; 0 for none
   * @param answered whether an upstream's answer was passed
   * @param received bytes of the request's body
   * @param sent bytes of the answer's body
   */
  record Ending(String reason, int status, boolean answered, long received, long sent) {}

  Account(Proxy.Site site, RequestHead head, String route) {
    this.site = site;
    this.head = head;
    this.route = route;
    this.beganMs = site.loop().nowMs();
  }

  /** The head of the answer has come. */
  void answered() {
    firstMs = site.loop().nowMs() - beganMs;
    site.observe(route, firstMs);
  }

  void end(Attempts attempts, Ending ending) {
    site.count(route, ending.answered ? ending.status / 100 + "xx" : ending.reason);
    if (LOG.isInfoEnabled()) {
      write(attempts.target(), attempts.sent(), ending);
    }
  }

  /** The path without its query, which may hold what is nobody's business. */
  private void write(@Nullable Target target, int tries, Ending ending) {
    String path = head.request().path();
    LOG.info(
        "transport=upstream remote={} method={} path={} route={} upstream={} tries={} status={}"
            + " received={} bytes={} first-ms={} ms={} reason={}",
        head.request().remoteAddress().hostAddress(),
        head.request().method().name(),
        quoted(path == null ? "" : path),
        quoted(route),
        target == null ? "-" : target.name(),
        tries,
        ending.status,
        ending.received,
        ending.sent,
        firstMs,
        site.loop().nowMs() - beganMs,
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
