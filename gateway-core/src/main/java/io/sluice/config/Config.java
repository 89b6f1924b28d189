package io.sluice.config;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
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
 * @param cluster the other nodes, or null for one node alone
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
    @Nullable Cluster cluster,
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

  /** Of one node alone. */
  public Config(
      Listen listen,
      Publish publish,
      Channels channels,
      Limits limits,
      WebSocket websocket,
      @Nullable Path state,
      Duration drain,
      int eventLoops,
      List<Route> routes) {
    this(listen, publish, channels, limits, websocket, null, state, drain, eventLoops, routes);
  }

  /**
   * What a running gateway with this configuration takes over of another one: routes, who may
   * publish and how much, {@code drain}. The rest stays as it is until a restart. A route whose
   * path and {@code push} are the same as before keeps its very {@code Push} record.
   */
  public Config reloaded(Config wanted) {
    Publish next = wanted.publish;
    return new Config(
        listen,
        new Publish(
            next.keys,
            next.open,
            next.maxBodyBytes,
            next.maxEventBytes,
            next.maxItems,
            publish.keepIds,
            publish.maxIds,
            next.maxDepth,
            next.maxAnswerBytes,
            new Bodies(next.bodies.timeout, publish.bodies.memoryBytes)),
        channels,
        limits,
        websocket,
        cluster,
        state,
        wanted.drain,
        eventLoops,
        wanted.routes.stream().map(this::known).toList());
  }

  private Route known(Route wanted) {
    for (Route route : routes) {
      if (route.path().equals(wanted.path()) && Objects.equals(route.push(), wanted.push())) {
        return new Route(route.path(), route.push(), wanted.upstream());
      }
    }
    return wanted;
  }

  /** Where the gateway listens; port 0 takes a free one. Key {@code public} is for clients. */
  public record Listen(Address publicAddress, Address publish, Address admin, Tls tls) {
    public static final Listen DEFAULT =
        new Listen(
            new Address("0.0.0.0", 8080),
            new Address("127.0.0.1", 8081),
            new Address("127.0.0.1", 8082));

    /** Without TLS. */
    public Listen(Address publicAddress, Address publish, Address admin) {
      this(publicAddress, publish, admin, Tls.NONE);
    }
  }

  /** What each listener shows to its clients; null for one that does not speak TLS. */
  public record Tls(
      @Nullable Certificate publicListener,
      @Nullable Certificate publish,
      @Nullable Certificate admin) {
    public static final Tls NONE = new Tls(null, null, null);
  }

  /**
   * A certificate that is valid when it is read, and its key.
   *
   * @param chain its own first, then those that vouch for it
   * @param key its private key
   */
  public record Certificate(List<X509Certificate> chain, PrivateKey key) {
    public Certificate {
      chain = List.copyOf(chain);
    }

    /** Until when it is valid. */
    public Instant notAfter() {
      return chain.get(0).getNotAfter().toInstant();
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
      return "Certificate[" + chain.get(0).getSubjectX500Principal() + "]";
    }
  }

  /**
   * An address to bind.
   *
   * @param host a host name or address, without brackets
   * @param port 0 to 65,535; 0 takes a free one
   */
  public record Address(String host, int port) {
    /** Whether only this machine reaches it. */
    public boolean isLoopback() {
      return Addresses.isLoopback(this);
    }

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
   * @param maxDepth arrays and objects inside each other, in JSON that is published
   * @param maxAnswerBytes a history that is read back ends after the event that passes this
   * @param bodies of all requests together
   */
  public record Publish(
      List<Key> keys,
      boolean open,
      int maxBodyBytes,
      int maxEventBytes,
      int maxItems,
      Duration keepIds,
      int maxIds,
      int maxDepth,
      int maxAnswerBytes,
      Bodies bodies) {
    public static final Publish DEFAULT =
        new Publish(
            List.of(),
            false,
            1 << 20,
            1 << 20,
            10_000,
            Duration.ofMinutes(5),
            1_000_000,
            200,
            4 << 20,
            Bodies.DEFAULT);

    public Publish {
      keys = List.copyOf(keys);
    }
  }

  /**
   * Bodies while they come in and are answered.
   *
   * @param timeout how long a body may take, and how long an NDJSON stream may be silent
   * @param memoryBytes of all of them together, of the whole node
   */
  public record Bodies(Duration timeout, long memoryBytes) {
    public static final Bodies DEFAULT = new Bodies(Duration.ofSeconds(30), 64 << 20);

    /** The time-out as one would configure it, such as {@code 30s}. */
    public String timeoutText() {
      return Units.show(timeout);
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
   * @param floor what each log keeps beside its history
   */
  public record Channels(Duration remember, long historyBytes, long identityBytes, Floor floor) {
    public static final Channels DEFAULT =
        new Channels(Duration.ofHours(24), 256L << 20, 64L << 20, Floor.DEFAULT);
  }

  /**
   * What a log keeps of events that have left its history, for readers that were attached already.
   *
   * @param bytes of these events together
   * @param age of each event
   */
  public record Floor(long bytes, Duration age) {
    public static final Floor DEFAULT = new Floor(256 << 10, Duration.ofSeconds(2));
  }

  /**
   * Bounds of the node.
   *
   * @param connections open client connections
   * @param turnedAway clients at once that are told in their transport's manner to come back later
   * @param stalled how long a socket may take nothing before it is cut
   * @param requestLineBytes of a request's first line
   * @param headerBytes of a request's headers together
   * @param delivery what is held to bring events to clients; its keys stand among these
   * @param door what a bare connection may take; its keys stand among these
   */
  public record Limits(
      int connections,
      int turnedAway,
      Duration stalled,
      int requestLineBytes,
      int headerBytes,
      Delivery delivery,
      Door door) {
    public static final Limits DEFAULT =
        new Limits(
            50_000, 256, Duration.ofSeconds(60), 8 << 10, 16 << 10, Delivery.DEFAULT, Door.DEFAULT);
  }

  /**
   * What a TCP connection may take before and between requests.
   *
   * @param sockets open connections of all listeners
   * @param headerTimeout for a whole head, from the accept or from its first byte
   * @param idle how long a connection may wait for its next request
   * @param headerCount headers of a request
   */
  public record Door(int sockets, Duration headerTimeout, Duration idle, int headerCount) {
    public static final Door DEFAULT =
        new Door(60_000, Duration.ofSeconds(10), Duration.ofSeconds(75), 100);
  }

  /**
   * What is held to bring events to clients.
   *
   * @param catchUpBytes pages in flight to readers that are behind, of the whole node
   * @param pageBytes what one page carries, and what is joined to one live batch
   * @param pageEvents the same in events
   * @param pagesPerTurn pages that a loop serves before the network has its turn
   * @param recentBytes encoded batches that each loop keeps at hand
   * @param recentAge how long it keeps them
   * @param pollAnswerBytes the answer of a poll takes no further event when it has so many
   */
  public record Delivery(
      long catchUpBytes,
      int pageBytes,
      int pageEvents,
      int pagesPerTurn,
      long recentBytes,
      Duration recentAge,
      int pollAnswerBytes) {
    public static final Delivery DEFAULT =
        new Delivery(32L << 20, 32 << 10, 128, 16, 8L << 20, Duration.ofSeconds(2), 1 << 20);
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

  /**
   * What a node knows of its cluster.
   *
   * @param members all nodes, this one too, or empty if {@code dns} names them
   * @param dns a name of which every address is a node, or null
   * @param size nodes of the cluster when it is whole; the majority is counted of it
   * @param bind this node's address for the others; null for the one of {@code members} that is an
   *     address of this machine
   * @param secret the same on all nodes, at least 16 characters
   * @param allowPublic whether the address may be one that the whole internet reaches
   * @param backups copies of a channel beside its owner's, as configured
   * @param heartbeatLimit how long a node may be silent until it is taken for gone
   * @param linger how long a node follows a channel after its last reader has left
   */
  public record Cluster(
      List<Address> members,
      @Nullable String dns,
      int size,
      @Nullable Address bind,
      String secret,
      boolean allowPublic,
      int backups,
      Duration heartbeatLimit,
      Duration linger) {

    /** The port of a node that names none. */
    public static final int PORT = 5701;

    public Cluster {
      members = List.copyOf(members);
    }

    /** How many nodes must see each other for publishing to go on: more than half of them. */
    public int majority() {
      return size / 2 + 1;
    }

    /** Copies of a channel beside its owner's: as configured, as far as there are nodes. */
    public int copies() {
      return Math.min(backups, size - 1);
    }

    /** What it cannot survive although one might think so, for people; null if nothing. */
    public @Nullable String caveat() {
      return switch (size) {
        case 1 -> "one node: what it holds ends with it";
        case 2 ->
            "two nodes survive the loss of neither: one alone is no majority, and refuses to publish"
                + " until the other is back; three are the least that go on";
        default -> null;
      };
    }

    /** Where this node listens for the others; may block (look-ups of names). */
    public Seat seat() {
      return ClusterSeat.of(this, Machine.HERE);
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
      return "Cluster[members=%s, dns=%s, size=%d, bind=%s, backups=%d]"
          .formatted(members, dns, size, bind, backups);
    }

    /** Where a node listens for the others. */
    public sealed interface Seat {

      /** There; the host is an IP address. */
      record Found(Address address) implements Seat {}

      /**
       * This machine does not fit the configuration.
       *
       * @param key of the block {@code cluster}
       * @param expected what would be right
       * @param advice what to do
       */
      record Refused(String key, String expected, String advice) implements Seat {}
    }
  }
}
