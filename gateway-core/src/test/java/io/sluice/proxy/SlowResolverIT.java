package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sluice.channel.RealLoops;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.Routes;
import io.sluice.http.Admission;
import io.sluice.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.dns.AddressResolverOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A target whose name has to be looked up, and a name server that takes its time. One loop. */
final class SlowResolverIT {

  private static final int FINE = 50;

  /** Would otherwise ask the bare server for HTTP/2, which a gateway's does not speak. */
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private FakeResolver resolver;
  private HttpServer app;
  private Vertx vertx;
  private int port;

  @BeforeEach
  void listen() throws Exception {
    resolver = new FakeResolver();
    app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    app.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write(new byte[] {'o', 'k'});
          exchange.close();
        });
    app.start();
    AddressResolverOptions names =
        new AddressResolverOptions()
            .setServers(List.of(resolver.address()))
            .setSearchDomains(List.of())
            .setQueryTimeout(30_000);
    vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setAddressResolverOptions(names));
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    app.stop(0);
    resolver.close();
  }

  private void start(String connectTimeout) throws Exception {
    String yaml =
        """
        routes:
          - match: { path: "/named/**" }
            upstream: { url: "http://app.example.test:%d", connect-timeout: %s, health: { retries: 0 } }
          - match: { path: "/fine/**" }
            upstream: { url: "http://127.0.0.1:%d" }
        """
            .formatted(app.getAddress().getPort(), connectTimeout, app.getAddress().getPort());
    var read = (ConfigReader.Result.Accepted) new ConfigReader(Map.of()).read("x.yaml", yaml);
    Routes routes = new Routes(read.config().routes());
    Metrics metrics = new Metrics();
    Admission admission = new Admission(Config.Limits.DEFAULT, metrics);
    Upstreams upstreams = new Upstreams(routes, metrics, admission, new SplittableRandom(1));
    RealLoops loops = new RealLoops(vertx);
    CompletableFuture<Integer> bound = new CompletableFuture<>();
    loops.on(
        0,
        () -> {
          Proxy proxy = new Proxy(vertx, loops.all().get(0), upstreams);
          proxy.retain(routes);
          vertx
              .createHttpServer()
              .requestHandler(request -> proxy.pass(request, routes.matches(request.path()).get(0)))
              .listen(0, "127.0.0.1")
              .onSuccess(listening -> bound.complete(listening.actualPort()))
              .onFailure(bound::completeExceptionally);
        });
    port = bound.get(20, TimeUnit.SECONDS);
  }

  private CompletableFuture<HttpResponse<String>> get(String path) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> answer(CompletableFuture<HttpResponse<String>> asked)
      throws Exception {
    return asked.get(20, TimeUnit.SECONDS);
  }

  @Test
  void whoWaitsForANameIsInNobodyElsesWayAndIsServedWhenItComes() throws Exception {
    start("1m");
    var waiting = get("/named/1");
    assertThat(resolver.next().name()).isEqualTo("app.example.test.");
    for (int i = 0; i < FINE; i++) {
      assertThat(answer(get("/fine/" + i)).body()).isEqualTo("ok");
    }
    assertThat(waiting.isDone()).isFalse();
    resolver.answer(FakeResolver.Answer.LOOPBACK);
    assertThat(answer(waiting).body()).isEqualTo("ok");
  }

  @Test
  void aNameThatNeverComesIsATimeoutOfConnecting() throws Exception {
    start("300ms");
    HttpResponse<String> late = answer(get("/named/1"));
    assertThat(late.statusCode()).isEqualTo(504);
    assertThat(late.headers().firstValue("Proxy-Status"))
        .contains("sluice; error=connection_timeout");
    assertThat(late.body()).contains("\"slug\":\"upstream-timeout\"", "connect-timeout");
    assertThat(resolver.next().name()).isEqualTo("app.example.test.");
    assertThat(answer(get("/fine/1")).body()).isEqualTo("ok");
  }

  @Test
  void aNameThatIsNoneIsSaid() throws Exception {
    start("1m");
    resolver.answer(FakeResolver.Answer.UNKNOWN);
    HttpResponse<String> unknown = answer(get("/named/1"));
    assertThat(unknown.statusCode()).isEqualTo(502);
    assertThat(unknown.headers().firstValue("Proxy-Status")).contains("sluice; error=dns_error");
  }
}
