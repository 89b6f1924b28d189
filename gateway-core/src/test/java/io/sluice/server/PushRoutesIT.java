package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.config.Config;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.config.Upstream;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Which push route a request comes to, and how it is refused there. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class PushRoutesIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private FakeUpstream upstream;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    upstream = new FakeUpstream();
    Config config =
        TestGateway.config(
            route("/events/{channel}", "{channel}", null),
            route("/events/fixed", "literal", null),
            route("/both/{channel}", "{channel}", Upstream.to(upstream.uri())));
    gateway = TestGateway.start(tls ? TestGateway.with(config, certificate) : config);
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
    gateway.close();
  }

  private static Route route(String path, String channel, @Nullable Upstream upstream) {
    Route.Push usual = Route.Push.DEFAULT;
    Route.Push push =
        new Route.Push(
            channel,
            usual.select(),
            usual.transports(),
            Route.Origins.ANY,
            usual.heartbeat(),
            usual.retryMin(),
            usual.retryMax(),
            usual.poll(),
            usual.history(),
            usual.compression());
    return new Route(PathTemplate.parse(path), push, upstream);
  }

  private RawClient dial() throws IOException {
    int port = gateway.port(Listener.PUBLIC);
    return tls ? RawClient.connect(port, 0, certificate.trusting()) : RawClient.connect(port);
  }

  private String ask(String line) throws Exception {
    try (RawClient client = dial()) {
      client.request(line, "Host: x", "Origin: http://page.example", "Connection: close");
      return client.readAll();
    }
  }

  /** The hash of the channel that a poll reads. */
  private int channel(String path) throws Exception {
    String answer = ask("GET " + path + " HTTP/1.1");
    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
    String next = new JsonObject(answer.substring(answer.indexOf("\r\n\r\n"))).getString("next");
    Cursor cursor = Cursor.parse(next);
    assertThat(cursor).isNotNull();
    return cursor.parts().get(0).channelHash();
  }

  @Test
  @Proves("NAM-2")
  void aVariableIsDecodedOnceAndHoldsNoSlash() throws Exception {
    assertThat(channel("/events/a%20%C3%A9")).isEqualTo(Channel.hash("a é"));
    assertThat(channel("/events/a%252Fb")).isEqualTo(Channel.hash("a%2Fb"));
    for (String bad : new String[] {"a%2Fb", "a%zz", "%ff", "a%00"}) {
      assertThat(ask("GET /events/" + bad + " HTTP/1.1"))
          .as(bad)
          .startsWith("HTTP/1.1 400 ")
          .contains(
              "\"slug\":\"bad-channel\"",
              "\r\nVary: Accept, Prefer, Origin\r\n",
              "\r\nAccess-Control-Allow-Origin: *\r\n");
    }
    assertThat(ask("OPTIONS /events/a%2Fb HTTP/1.1")).startsWith("HTTP/1.1 204 ");
  }

  @Test
  @Proves("NEG-8")
  void aLiteralBeatsAVariableAndASlashAtTheEndIsAnotherPath() throws Exception {
    assertThat(channel("/events/fixed")).isEqualTo(Channel.hash("literal"));
    assertThat(channel("/events/other")).isEqualTo(Channel.hash("other"));
    assertThat(ask("GET /events/fixed/ HTTP/1.1")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  @Proves({"NEG-7", "NEG-6"})
  void anotherMethodIsForTheUpstreamOrNotAllowed() throws Exception {
    assertThat(ask("DELETE /events/a HTTP/1.1"))
        .startsWith("HTTP/1.1 405 ")
        .contains(
            "\r\nAllow: GET, HEAD, OPTIONS\r\n",
            "\r\nVary: Accept, Prefer, Origin\r\n",
            "\"slug\":\"method-not-allowed\"");

    try (RawClient client = dial()) {
      client.request("DELETE /both/a HTTP/1.1", "Host: x", "Connection: close");
      RawClient app = upstream.next();
      assertThat(app.readUntil("\r\n\r\n")).startsWith("DELETE /both/a HTTP/1.1\r\n");
      app.send("HTTP/1.1 204 Gone\r\n\r\n");
      assertThat(client.readAll()).startsWith("HTTP/1.1 204 Gone\r\n");
    }
    assertThat(channel("/both/a")).isEqualTo(Channel.hash("a"));
  }
}
