package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.config.Transport;
import io.sluice.config.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a push route does not take goes to its upstream, in the clear and over TLS. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class FallThroughIT {

  private static final String END = "\r\n\r\n";

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  private final boolean tls;

  FallThroughIT(boolean tls) {
    this.tls = tls;
  }

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private RawClient dial(TestGateway gateway, int size) throws IOException {
    int port = gateway.port(Listener.PUBLIC);
    return tls
        ? RawClient.connect(port, size, certificate.trusting())
        : RawClient.connect(port, size);
  }

  @ParameterizedTest
  @EnumSource
  @Proves("NEG-7")
  void oneConnectionPostsToTheAppAndThenSubscribes(Transport transport) throws Exception {
    try (FakeUpstream upstream = new FakeUpstream()) {
      Route push = TestGateway.push("/room/{channel}", "{channel}", Route.History.DEFAULT);
      Route both = new Route(push.path(), push.push(), Upstream.to(upstream.uri()));
      Config config = TestGateway.config(both);
      try (TestGateway gateway =
              TestGateway.start(tls ? TestGateway.with(config, certificate) : config);
          RawClient client = dial(gateway, 0)) {
        for (int i = 0; i < 2; i++) {
          client.request(
              "POST /room/a?n=" + i + " HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
          client.send("5\r\nhello\r\n0\r\n\r\n");
          RawClient app = upstream.next();
          assertThat(app.readUntil(END))
              .startsWith("POST /room/a?n=" + i + " HTTP/1.1\r\n")
              .contains("X-Forwarded-Proto: " + (tls ? "https" : "http") + "\r\n");
          assertThat(app.readUntil("0" + END)).isEqualTo("5\r\nhello\r\n0\r\n\r\n");
          app.send("HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
          assertThat(client.readUntil("ok")).startsWith("HTTP/1.1 202 ");
        }
        try (Subscriber subscriber = Subscriber.open(transport, size -> client, "/room/a", null)) {
          String cursor = gateway.publish("a", "told");
          assertThat(subscriber.next()).isEqualTo(new Subscriber.Told.Event("told", cursor));
        }
        assertThat(upstream.isQuiet()).isTrue();
      }
    }
  }
}
