package io.sluice.proxy;

import io.sluice.channel.Loop;
import io.sluice.config.Upstream;
import java.net.URI;

/** One target as one loop sees it: its connections, its health, the requests under way there. */
final class Target {

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
  private final Pool.Connector connector;
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

  /**
   * @param connector makes connections to it
   */
  Target(Key key, Pool.Connector connector, Loop loop, Upstreams upstreams) {
    this.key = key;
    this.connector = connector;
    this.health = upstreams.health(key.uri(), key.health());
    this.pool = new Pool(connector, key.pool(), loop, upstreams.metrics());
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
    connector.connect(
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
}
