package io.sluice.transport;

import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.Admission;
import io.sluice.http.Connections;
import io.sluice.http.Deadlines;
import io.sluice.metrics.LoopCounter;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** What the client connections of one event loop share. Made and touched on that loop. */
public final class TransportLoop {

  private final Loop loop;
  private final Connections connections;
  private final RandomGenerator random;
  private final Shared shared;
  private final Wheel wheel;
  private final PollBodies pollBodies = new PollBodies();

  /** The lingers of polls, by their length; as many as routes were configured with. */
  private final Map<Long, Deadlines> lingers = new HashMap<>();

  /** One of each, so that streams share theirs. */
  private final Map<Heartbeat.Times, Heartbeat.Times> times = new HashMap<>();

  private final Deflation deflation;
  private final SharedIds sharedIds = new SharedIds();
  private final Map<Transport, LoopCounter.Part> delivered = new EnumMap<>(Transport.class);

  /**
   * What all loops of the node share.
   *
   * @param config of which limits and the bounds of WebSocket clients are used
   */
  public record Shared(Hub hub, Admission admission, Config config, Metrics metrics) {}

  /**
   * @param connections where the loop's streams, sockets and held polls are entered while open
   * @param random for connection ids and for spreading what many connections do
   */
  public TransportLoop(Loop loop, Connections connections, RandomGenerator random, Shared shared) {
    this.loop = loop;
    this.connections = connections;
    this.random = random;
    this.shared = shared;
    this.wheel = new Wheel(loop, random);
    this.deflation = new Deflation(shared.metrics);
    for (Transport transport : Transport.values()) {
      delivered.put(transport, shared.metrics.eventsDelivered.part(transport.word()));
    }
  }

  /** Sets what a server must (not) do so that its connections can be taken over from Vert.x. */
  public static HttpServerOptions require(HttpServerOptions options) {
    return TakeoverOptions.require(options);
  }

  /** Does what every connection of a server needs. Call from the handler of its connections. */
  public static void prepare(HttpConnection connection) {
    Takeover.copyBodies(connection);
  }

  /**
   * Proves, over one loopback connection, that connections can be taken over with this Vert.x.
   * Completes within milliseconds; fails with what does not hold.
   */
  public static Future<Void> check(Vertx vertx) {
    return TakeoverCheck.run(vertx);
  }

  Loop loop() {
    return loop;
  }

  Connections connections() {
    return connections;
  }

  RandomGenerator random() {
    return random;
  }

  Wheel wheel() {
    return wheel;
  }

  Deflation deflation() {
    return deflation;
  }

  PollBodies pollBodies() {
    return pollBodies;
  }

  /** Runs a task after the time that polls of a route wait for more events. */
  Deadlines.Deadline linger(Route.Push route, Runnable task) {
    long ms = route.poll().linger().toMillis();
    return lingers.computeIfAbsent(ms, each -> new Deadlines(loop, each)).begin(task);
  }

  Hub hub() {
    return shared.hub;
  }

  Admission admission() {
    return shared.admission;
  }

  Config config() {
    return shared.config;
  }

  Metrics metrics() {
    return shared.metrics;
  }

  /** Gives back what is held outside of the heap; connections that are left go on. */
  void close() {
    deflation.close();
    sharedIds.close();
  }

  SharedIds sharedIds() {
    return sharedIds;
  }

  /** Where this loop counts the events that a transport has written. */
  LoopCounter.Part delivered(Transport transport) {
    return Objects.requireNonNull(delivered.get(transport));
  }

  /** The times by which the streams of a route are watched. */
  Heartbeat.Times times(Route.Push route) {
    return times.computeIfAbsent(
        new Heartbeat.Times(
            route.heartbeat().toMillis(),
            config().websocket().pongTimeout().toMillis(),
            config().limits().stalled().toMillis()),
        first -> first);
  }
}
