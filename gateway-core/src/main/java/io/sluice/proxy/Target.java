package io.sluice.proxy;

import io.sluice.config.Upstream;
import io.vertx.core.Context;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import java.net.URI;
import java.util.function.Consumer;

/** One target as one loop sees it: its connections, its health, the requests under way there. */
final class Target implements Pool.Connector {

  private static final int HTTP_PORT = 80;

  /** Whose connection is used once. */
  private static final UpstreamConnection.Owner ALONE =
      new UpstreamConnection.Owner() {
        @Override
        public void onFree(UpstreamConnection connection) {
          connection.discard();
        }

        @Override
        public void onGone(UpstreamConnection connection) {
          // nobody counts it
        }
      };

  private final Key key;
  private final NetClient client;
  private final Context context;
  private final TargetHealth health;
  private final Pool pool;
  private int underWay;

  /** What makes two targets of routes the same: one pool serves both. */
  record Key(URI uri, long connectMs, Upstream.Pool pool, Upstream.Health health) {
    static Key of(URI uri, Upstream upstream) {
      return new Key(
          uri, upstream.times().connect().toMillis(), upstream.pool(), upstream.health());
    }
  }

  Target(Key key, Proxy.Site site, Upstreams upstreams) {
    this.key = key;
    this.client = site.client();
    this.context = site.context();
    this.health = upstreams.health(key.uri(), key.health());
    this.pool = new Pool(this, key.pool(), site.loop(), upstreams.metrics());
  }

  URI uri() {
    return key.uri();
  }

  /** Host and port, for logs. */
  String name() {
    return key.uri().getAuthority();
  }

  TargetHealth health() {
    return health;
  }

  Pool pool() {
    return pool;
  }

  int underWay() {
    return underWay;
  }

  void began() {
    underWay++;
  }

  void ended() {
    underWay--;
  }

  /** Makes a connection outside of the pool, for a tunnel. */
  void connectAlone(Pool.Ticket ticket) {
    connect(
        ALONE,
        made -> {
          if (ticket.isCancelled()) {
            made.discard();
          } else {
            ticket.onConnection(made);
          }
        },
        fault -> {
          if (!ticket.isCancelled()) {
            ticket.onFault(fault);
          }
        });
  }

  @Override
  public void connect(
      UpstreamConnection.Owner owner, Consumer<UpstreamConnection> made, Consumer<Fault> failed) {
    int port = key.uri().getPort();
    ConnectOptions options =
        new ConnectOptions()
            .setHost(host())
            .setPort(port < 0 ? HTTP_PORT : port)
            .setTimeout((int) key.connectMs());
    context.runOnContext(
        go ->
            client
                .connect(options)
                .onSuccess(socket -> made.accept(UpstreamConnection.on(Channels.of(socket), owner)))
                .onFailure(failure -> failed.accept(Fault.ofConnecting(failure))));
  }

  /** Without the brackets of an IPv6 address. */
  private String host() {
    String host = key.uri().getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
