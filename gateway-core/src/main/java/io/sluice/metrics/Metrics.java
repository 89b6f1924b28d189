package io.sluice.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The numbers of one gateway. Counters with labels hand out children ({@code labelValues}) that hot
 * paths keep.
 */
public final class Metrics {

  private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);

  /** Where all of them are registered; what {@code /metrics} writes. */
  public final PrometheusRegistry registry = new PrometheusRegistry();

  /** Streams, sockets and polls that ended. */
  public final Counter connectionsClosed =
      counter(
          "sluice_connections_closed_total",
          "Streams, sockets and polls that ended",
          "transport",
          "reason");

  /** Connections and polls that were refused, by the slug of the problem or close reason. */
  public final Counter connectionsRefused =
      counter(
          "sluice_connections_refused_total",
          "Subscriptions that were refused",
          "transport",
          "reason");

  /** Events written to clients, counted by each loop. */
  public final LoopCounter eventsDelivered =
      new LoopCounter(
          registry, "sluice_events_delivered_total", "Events written to clients", "transport");

  /**
   * Publishes by the path of the route that the channel belongs to (none if there is none, or if
   * the request was refused as a whole) and their outcome: stored, repeated, or the slug of the
   * refusal.
   */
  public final Counter eventsPublished =
      counter("sluice_events_published_total", "Publishes by outcome", "route", "result");

  /** From the arrival of a publish to its answer. */
  public final Histogram publishDuration =
      Histogram.builder()
          .name("sluice_publish_duration_seconds")
          .help("From the arrival of a publish request to its answer")
          .classicOnly()
          .withoutExemplars()
          .classicUpperBounds(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5)
          .register(registry);

  /** From the time of an event to when a batch that begins with it is written to live readers. */
  public final Histogram deliveryLag =
      Histogram.builder()
          .name("sluice_delivery_lag_seconds")
          .help("From the append of an event to its being written to the live readers of a loop")
          .classicOnly()
          .withoutExemplars()
          .classicUpperBounds(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)
          .register(registry);

  /** Subscriptions that came with a cursor: ok, or gap. */
  public final Counter resumes =
      counter("sluice_resume_total", "Subscriptions that came with a cursor", "result");

  /** Gaps told to readers. */
  public final Counter gaps = counter("sluice_gaps_total", "Gaps told to readers", "reason");

  /** Events that left a history, by reason: trimmed, expired, deleted, budget. */
  public final Counter eventsDropped =
      counter("sluice_events_dropped_total", "Events that left a history", "reason");

  /** Channels forgotten: remember (its time), or budget. */
  public final Counter channelsForgotten =
      counter("sluice_channels_forgotten_total", "Channel identities forgotten", "reason");

  /** Sockets cut because they took nothing for the whole stall time. */
  public final Counter stalled =
      counter("sluice_stalled_total", "Connections cut because they took nothing");

  /** Times that a bound was hit, by the bound's configuration key. */
  public final Counter limitsHit =
      counter("sluice_limit_hit_total", "Times a configured bound was hit", "limit");

  /** How late the tasks of an event loop run, measured twice a second on each. */
  public final Histogram eventLoopLag =
      Histogram.builder()
          .name("sluice_event_loop_lag_seconds")
          .help("How late tasks of an event loop run")
          .classicOnly()
          .withoutExemplars()
          .classicUpperBounds(.001, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30)
          .register(registry);

  /** Reloads of the configuration: applied, refused (the old one stays), or failed. */
  public final Counter configReloads =
      counter("sluice_config_reloads_total", "Reloads of the configuration", "result");

  /** When the running configuration was taken over, seconds since 1970. */
  public final Gauge lastReloadSuccess =
      Gauge.builder()
          .name("sluice_config_last_reload_success_timestamp_seconds")
          .help("When the running configuration was taken over")
          .withoutExemplars()
          .register(registry);

  /** Pages read from the broker for readers that were behind. */
  public final Counter pagesRead =
      counter("sluice_pages_read_total", "Pages read for readers that were behind");

  /** Events encoded, once in each format on each loop that has readers of it. */
  public final Counter eventsEncoded =
      counter("sluice_events_encoded_total", "Events encoded, for however many readers");

  /** Events compressed, once in each format on each loop that has readers of it. */
  public final Counter eventsCompressed =
      counter("sluice_events_compressed_total", "Events compressed, for however many readers");

  /** Bytes of the events that were compressed, before and after. */
  public final Counter compressionBytes =
      counter("sluice_compression_bytes_total", "Bytes of events that were compressed", "stage");

  /** Requests refused before anything was routed, by the slug of the problem. */
  public final Counter requestsMalformed =
      counter(
          "sluice_requests_malformed_total", "Requests refused before they were routed", "slug");

  /** Requests passed to upstreams, by status class or failure. */
  public final Counter upstreamRequests =
      counter("sluice_upstream_requests_total", "Requests passed to upstreams", "route", "code");

  /** From the arrival of a request to the head of its upstream's answer. */
  public final Histogram upstreamDuration =
      Histogram.builder()
          .name("sluice_upstream_duration_seconds")
          .help("From the arrival of a request to the head of its upstream's answer")
          .labelNames("route")
          .classicOnly()
          .withoutExemplars()
          .classicUpperBounds(.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)
          .register(registry);

  /** Further tries of requests, on another target or a new connection. */
  public final Counter upstreamRetries =
      counter("sluice_upstream_retries_total", "Further tries of requests", "route");

  /** Targets that get requests. */
  public final Gauge upstreamUp =
      Gauge.builder()
          .name("sluice_upstream_up")
          .help("Targets that get requests")
          .labelNames("route")
          .withoutExemplars()
          .register(registry);

  /** Connections to upstreams, idle ones included, tunnels not. */
  public final Gauge upstreamConnections =
      Gauge.builder()
          .name("sluice_upstream_connections")
          .help("Connections to upstreams, idle ones included, tunnels not")
          .withoutExemplars()
          .register(registry);

  /** Requests that wait for a connection to their upstream. */
  public final Gauge upstreamWaiting =
      Gauge.builder()
          .name("sluice_upstream_waiting")
          .help("Requests that wait for a connection to their upstream")
          .withoutExemplars()
          .register(registry);

  /** Tunnels to upstreams that are open. */
  public final Gauge tunnels =
      Gauge.builder()
          .name("sluice_tunnels")
          .help("Open tunnels to upstreams")
          .withoutExemplars()
          .register(registry);

  /** Times that something could not be done because there was no memory for it. */
  private final Counter outOfMemory =
      counter("sluice_out_of_memory_total", "Times that there was no memory for a task");

  private volatile boolean memoryExhausted;

  /** Bounds by their configuration keys, so that each has a number before it is hit. */
  public static final List<String> LIMITS =
      List.of(
          "channels.floor.age",
          "channels.floor.bytes",
          "channels.history-memory",
          "channels.identity-memory",
          "limits.catch-up",
          "limits.connections",
          "limits.header",
          "limits.header-count",
          "limits.header-timeout",
          "limits.idle",
          "limits.page",
          "limits.page-events",
          "limits.pages-per-turn",
          "limits.poll-answer",
          "limits.recent",
          "limits.recent-age",
          "limits.request-line",
          "limits.sockets",
          "limits.turned-away",
          "publish.max-answer",
          "publish.body-memory",
          "publish.body-timeout",
          "publish.max-body",
          "publish.max-depth",
          "publish.max-event",
          "publish.max-items",
          "publish.publish-ids.max",
          "routes[].upstream.pool.connections",
          "routes[].upstream.pool.waiting",
          "websocket.max-message",
          "websocket.max-message-rate");

  public Metrics() {
    LIMITS.forEach(limitsHit::initLabelValues);
    outOfMemory.inc(0);
  }

  /**
   * Notes that there was no memory for something, in a way that needs next to none itself. Any
   * thread may call.
   *
   * @param what could not be done, for the log
   */
  public void outOfMemory(String what, OutOfMemoryError error) {
    memoryExhausted = true;
    outOfMemory.inc();
    try {
      LOG.error("out of memory: {}: {}; restart this node: see -Xmx", what, error.getMessage());
    } catch (OutOfMemoryError again) {
      memoryExhausted = true; // counted; no memory for words
    }
  }

  /** Whether there ever was no memory: what was under way then may have been left half done. */
  public boolean isMemoryExhausted() {
    return memoryExhausted;
  }

  /** A request was refused before anything was routed, for this reason. Any thread may call. */
  public void refusedUnrouted(String slug) {
    requestsMalformed.labelValues(slug).inc();
  }

  /** Registers what says which program this is, and the numbers of its process and JVM. */
  public void describeProcess(String version) {
    Info.builder()
        .name("sluice_build_info")
        .help("The program that runs")
        .labelNames("version", "java_version")
        .register(registry)
        .setLabelValues(version, System.getProperty("java.version", "unknown"));
    JvmMetrics.builder().register(registry);
  }

  /** Registers a number that only grows and is asked for at each scrape; any thread may ask. */
  public void count(String name, String help, DoubleSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  /** Registers a number that is asked for at each scrape; any thread may ask. */
  public void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  /** Registers a number with one label, asked for at each scrape. */
  public void gauge(String name, String help, String label, LabelledGauge value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(label)
        .callback(callback -> value.report((labelValue, v) -> callback.call(v, labelValue)))
        .register(registry);
  }

  /** Reports one value for each label value. */
  @FunctionalInterface
  public interface LabelledGauge {
    void report(Report report);

    /** Takes one value. */
    @FunctionalInterface
    interface Report {
      void value(String labelValue, double value);
    }
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }
}
