package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be configured. {@link ConfigReader} makes it from YAML; every record has its
 * defaults in {@code DEFAULT}, and the keys are the component names in kebab case.
 *
 * @param listen where the gateway listens
 * @param publish who may publish, and how much
 * @param channels how long identities are remembered and how much memory the logs may take
 * @param limits bounds of the whole node
 * @param websocket bounds of WebSocket clients
 * @param state where an orderly stop leaves the logs, or null for nowhere (RST-1)
 * @param drain how long an orderly stop may take
 * @param eventLoops threads that serve connections; 0 for one per core
 * @param routes in the order of the file
 */
public record Config(
    Listen listen,
    Publish publish,
    Channels channels,
    Limits limits,
    WebSocket websocket,
    @Nullable Path state,
    Duration drain,
    int eventLoops,
    List<Route> routes) {

  public static final Config DEFAULT =
      new Config(
          Listen.DEFAULT,
          Publish.DEFAULT,
          Channels.DEFAULT,
          Limits.DEFAULT,
          WebSocket.DEFAULT,
          null,
          Duration.ofSeconds(10),
          0,
          List.of());

  public Config {
    routes = List.copyOf(routes);
  }

  /** Where the gateway listens; port 0 takes a free one. Key {@code public} is for clients. */
  public record Listen(Address publicAddress, Address publish, Address admin) {
    public static final Listen DEFAULT =
        new Listen(
            new Address("0.0.0.0", 8080),
            new Address("127.0.0.1", 8081),
            new Address("127.0.0.1", 8082));
  }

  /**
   * An address to bind.
   *
   * @param host a host name or address, without brackets
   * @param port 0 to 65,535; 0 takes a free one
   */
  public record Address(String host, int port) {
    @Override
    public String toString() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * Who may publish, and how much.
   *
   * @param keys API keys; empty for none
   * @param open whether a listener that is not bound to loopback may go without keys
   * @param maxBodyBytes of a request, except NDJSON, whose lines are bounded by {@code
   *     maxEventBytes}
   * @param maxEventBytes of one event's data
   * @param maxItems of an array
   * @param keepIds how long publish ids are remembered (PUB-7)
   * @param maxIds how many publish ids the node remembers; beyond it a publish with an id is
   *     refused
   */
  public record Publish(
      List<Key> keys,
      boolean open,
      int maxBodyBytes,
      int maxEventBytes,
      int maxItems,
      Duration keepIds,
      int maxIds) {
    public static final Publish DEFAULT =
        new Publish(List.of(), false, 1 << 20, 1 << 20, 10_000, Duration.ofMinutes(5), 1_000_000);

    public Publish {
      keys = List.copyOf(keys);
    }
  }

  /**
   * An API key for publishing.
   *
   * @param name for logs and as part of publish ids
   * @param key the secret, at least 16 characters
   * @param channels what it may publish to
   */
  public record Key(String name, String key, List<ChannelPattern> channels) {
    public Key {
      channels = List.copyOf(channels);
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
      return "Key[name=" + name + ", channels=" + channels + "]";
    }
  }

  /**
   * The memory of the logs.
   *
   * @param remember how long a channel's identity outlives its last use
   * @param historyBytes all events of the node together; beyond it the oldest are dropped
   * @param identityBytes all identities together; beyond it the least needed are forgotten
   */
  public record Channels(Duration remember, long historyBytes, long identityBytes) {
    public static final Channels DEFAULT =
        new Channels(Duration.ofHours(24), 256L << 20, 64L << 20);
  }

  /**
   * Bounds of the node.
   *
   * @param connections open client connections
   * @param catchUpBytes pages in flight to readers that are behind
   * @param stalled how long a socket may take nothing before it is cut
   */
  public record Limits(int connections, long catchUpBytes, Duration stalled) {
    public static final Limits DEFAULT = new Limits(50_000, 32L << 20, Duration.ofSeconds(60));
  }

  /**
   * Bounds of WebSocket clients.
   *
   * @param maxMessageBytes of one client message, fragments together
   * @param maxMessageRate client messages a second; beyond it the gateway stops reading
   * @param pongTimeout after a ping
   */
  public record WebSocket(int maxMessageBytes, int maxMessageRate, Duration pongTimeout) {
    public static final WebSocket DEFAULT = new WebSocket(64 << 10, 100, Duration.ofSeconds(10));
  }
}
