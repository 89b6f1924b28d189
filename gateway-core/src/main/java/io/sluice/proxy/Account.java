package io.sluice.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.http.RequestTarget;
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
  private final RouteCounts counts;
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
    this.counts = site.counts(route);
    this.beganMs = site.loop().nowMs();
  }

  /** The head of the answer has come. */
  void answered() {
    firstMs = site.loop().nowMs() - beganMs;
    counts.answered(firstMs);
  }

  void end(Attempts attempts, Ending ending) {
    if (ending.answered) {
      counts.status(ending.status);
    } else {
      counts.failure(ending.reason);
    }
    if (LOG.isInfoEnabled()) {
      write(attempts.target(), attempts.sent(), ending);
    }
  }

  /** The path without its query, which may hold what is nobody's business. */
  private void write(@Nullable Target target, int tries, Ending ending) {
    String path = head.request().path();
    StringBuilder line = new StringBuilder(256).append("transport=upstream remote=");
    line.append(head.caller().address());
    line.append(" method=").append(head.request().method().name());
    quote(path == null ? "" : path, line.append(" path="));
    quote(new String(route.getBytes(UTF_8), ISO_8859_1), line.append(" route="));
    line.append(" upstream=").append(target == null ? "-" : target.name());
    line.append(" tries=").append(tries).append(" status=").append(ending.status);
    line.append(" received=").append(ending.received).append(" bytes=").append(ending.sent);
    line.append(" first-ms=").append(firstMs).append(" ms=").append(site.loop().nowMs() - beganMs);
    line.append(" reason=").append(ending.reason);
    LOG.info(line.toString()); // as the whole message: nothing is left to put into it
  }

  /** Of text that has a character for each byte; those above ASCII as the upstream gets them. */
  private static void quote(String text, StringBuilder to) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        to.append(c);
      } else {
        RequestTarget.encode(c, to);
      }
    }
    to.append('"');
  }
}
