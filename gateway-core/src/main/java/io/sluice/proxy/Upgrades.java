package io.sluice.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which changes of protocol pass (RFC 9110 §7.8). */
final class Upgrades {

  private Upgrades() {}

  /**
   * The protocols that a request asks to change to. HTTP itself and TLS are not among them: inside
   * such a tunnel requests would pass that the gateway neither routes nor logs.
   *
   * @return null if it asks for none
   */
  static @Nullable String asked(HttpServerRequest request) {
    boolean asks =
        Channels.headers(request).contains(HttpHeaderNames.UPGRADE)
            && request.method().equals(HttpMethod.GET)
            && request.version() == HttpVersion.HTTP_1_1
            && Hops.items(request.headers().getAll(HttpHeaderNames.CONNECTION)).contains("upgrade");
    if (!asks) {
      return null;
    }
    List<String> protocols =
        Hops.items(request.headers().getAll(HttpHeaderNames.UPGRADE)).stream()
            .filter(protocol -> !isHttp(protocol))
            .toList();
    return protocols.isEmpty() ? null : String.join(", ", protocols);
  }

  private static boolean isHttp(String protocol) {
    return protocol.startsWith("h2")
        || protocol.startsWith("h3")
        || protocol.startsWith("http")
        || protocol.startsWith("tls");
  }

  /** Whether a 101 changes to what was asked for, and says so. */
  static boolean fits(HttpHeaders answer, String asked) {
    List<String> chosen = Hops.items(answer.getAll(HttpHeaderNames.UPGRADE));
    return !chosen.isEmpty() && Hops.items(List.of(asked)).containsAll(chosen);
  }
}
