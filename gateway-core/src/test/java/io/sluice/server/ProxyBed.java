package io.sluice.server;

import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A gateway with one route to upstreams whose every byte a test decides. */
final class ProxyBed implements AutoCloseable {

  private static final int WAIT_S = 20;

  private final List<FakeUpstream> upstreams = new ArrayList<>();
  private final List<RawClient> clients = new ArrayList<>();
  private final TestGateway gateway;

  private final @Nullable TestCertificate certificate;

  private ProxyBed(int targets, String path, String settings, Front front) throws IOException {
    certificate = front.certificate;
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      FakeUpstream upstream = new FakeUpstream();
      upstreams.add(upstream);
      urls.add('"' + upstream.uri().toString() + '"');
    }
    Config config = TestGateway.config(front.loops, route(path, String.join(", ", urls), settings));
    gateway =
        TestGateway.start(certificate == null ? config : TestGateway.with(config, certificate));
  }

  private record Front(int loops, @Nullable TestCertificate certificate) {}

  /** What makes beds to which clients come in the clear, or over TLS. */
  record Beds(@Nullable TestCertificate certificate) {
    /** {@link ProxyBed#with}. */
    ProxyBed with(String settings) throws IOException {
      return at("/**", settings);
    }

    /** {@link ProxyBed#at}. */
    ProxyBed at(String path, String settings) throws IOException {
      return new ProxyBed(1, path, settings, new Front(2, certificate));
    }

    /** {@link ProxyBed#of}. */
    ProxyBed of(int targets, String settings) throws IOException {
      return new ProxyBed(targets, "/**", settings, new Front(1, certificate));
    }
  }

  /**
   * One target; settings are keys of {@code upstream} in flow style, such as {@code path: "/x"}.
   */
  static ProxyBed with(String settings) throws IOException {
    return new Beds(null).with(settings);
  }

  /** The same for a route of this path. */
  static ProxyBed at(String path, String settings) throws IOException {
    return new Beds(null).at(path, settings);
  }

  /** Several targets, and one loop, so that all requests share their pools. */
  static ProxyBed of(int targets, String settings) throws IOException {
    return new Beds(null).of(targets, settings);
  }

  /** A route to quoted URLs. */
  static Route route(String path, String urls, String settings) {
    String more = settings.isEmpty() ? "" : ", " + settings;
    String yaml =
        "routes:\n  - match: { path: \"%s\" }\n    upstream: { targets: [%s]%s }\n"
            .formatted(path, urls, more);
    var result = new ConfigReader(Map.of()).read("bed.yaml", yaml);
    if (result instanceof ConfigReader.Result.Accepted accepted) {
      return accepted.config().routes().get(0);
    }
    throw new IllegalArgumentException(result.toString());
  }

  FakeUpstream upstream() {
    return upstreams.get(0);
  }

  FakeUpstream upstream(int index) {
    return upstreams.get(index);
  }

  TestGateway gateway() {
    return gateway;
  }

  /** The next connection to any of the targets. */
  RawClient anyNext() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (System.nanoTime() < deadline) {
      for (FakeUpstream upstream : upstreams) {
        if (!upstream.isQuiet()) {
          return upstream.next();
        }
      }
      Thread.onSpinWait();
    }
    throw new IOException("the gateway made no connection");
  }

  /** A new connection to the gateway. */
  RawClient client() throws IOException {
    int port = gateway.port(Listener.PUBLIC);
    RawClient client =
        certificate == null
            ? RawClient.connect(port)
            : RawClient.connect(port, 0, certificate.trusting());
    clients.add(client);
    return client;
  }

  /** A new connection with a request on it. */
  RawClient client(String... head) throws IOException {
    RawClient client = client();
    client.request(head);
    return client;
  }

  /** {@link TestGateway#metric}. */
  double metric(String name) throws Exception {
    return gateway.metric(name);
  }

  /** {@link TestGateway#awaitMetric}. */
  void awaitMetric(String name, double value) throws Exception {
    gateway.awaitMetric(name, value);
  }

  @Override
  public void close() throws IOException {
    for (RawClient client : clients) {
      client.close();
    }
    for (FakeUpstream upstream : upstreams) {
      upstream.close();
    }
    gateway.close();
  }
}
