package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.sluice.channel.Loop;
import io.sluice.config.Route;
import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A passage that has become a tunnel: from the upstream's 101 to the end of both connections. */
final class TunnelPassage {

  private final RequestHead head;
  private final String route;
  private final UpstreamConnection upstream;
  private final long idleMs;
  private final CompositeByteBuf early = Unpooled.compositeBuffer();
  private @Nullable Tunnel tunnel;
  private boolean away;

  TunnelPassage(RequestHead head, String route, UpstreamConnection upstream, long idleMs) {
    this.head = head;
    this.route = route;
    this.upstream = upstream;
    this.idleMs = idleMs;
  }

  /** Tells the client 101 and joins the two connections; the other headers are set already. */
  void open(Proxy.Site site, HttpHeaders from, Consumer<String> whenEnded) {
    Loop loop = site.loop();
    upstream.read(false);
    var headers = head.request().response().headers();
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    headers.remove(HttpHeaderNames.CONTENT_LENGTH);
    headers.set(HttpHeaderNames.CONNECTION, "Upgrade");
    headers.set(HttpHeaderNames.UPGRADE, from.get(HttpHeaderNames.UPGRADE));
    head.request()
        .toNetSocket()
        .onSuccess(socket -> loop.run(() -> join(site, socket, whenEnded)))
        .onFailure(
            gone ->
                loop.run(
                    () -> {
                      early.release();
                      upstream.discard();
                      whenEnded.accept("client-left");
                    }));
  }

  private void join(Proxy.Site site, NetSocket socket, Consumer<String> whenEnded) {
    upstream.takeOver();
    Tunnel joined =
        new Tunnel(
            Channels.of(socket),
            upstream.vertx(),
            new Tunnel.Settings(
                site.loop(),
                site.deadlines(),
                idleMs,
                "websocket".equalsIgnoreCase(head.upgrade())),
            whenEnded);
    tunnel = joined;
    joined.start(early);
    if (away) {
      goAway();
    }
  }

  /** Bytes of the new protocol that came with the 101. */
  void keep(ByteBuf bytes) {
    early.addComponent(true, bytes);
  }

  /** Whether it came by this route, with the upstream that the route has. */
  boolean isOf(Route other) {
    return other.path().text().equals(route) && head.upstream().equals(other.upstream());
  }

  /** Ends it because the gateway stops, or its route is no more; also before it is open. */
  void goAway() {
    away = true;
    Tunnel joined = tunnel;
    if (joined != null) {
      joined.goAway();
    }
  }

  long fromClient() {
    Tunnel joined = tunnel;
    return joined == null ? 0 : joined.fromClient();
  }

  long toClient() {
    Tunnel joined = tunnel;
    return joined == null ? 0 : joined.toClient();
  }
}
