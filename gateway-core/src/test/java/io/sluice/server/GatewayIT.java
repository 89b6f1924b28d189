package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Starting and stopping. */
final class GatewayIT {

  @Test
  void everyLoopSharesTheFreePortOfAListener() throws Exception {
    try (TestGateway gateway = TestGateway.start()) {
      int port = gateway.port(Listener.PUBLIC);
      assertThat(port)
          .isPositive()
          .isNotEqualTo(gateway.port(Listener.PUBLISH))
          .isNotEqualTo(gateway.port(Listener.ADMIN));
      for (int i = 0; i < 8; i++) {
        try (RawClient client = RawClient.connect(port)) {
          client.send("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
          assertThat(client.readAll()).startsWith("HTTP/1.1 404 ");
        }
      }
    }
  }

  @Test
  void anAddressInUseIsSaidWithItsListenerAndAddress() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      Config config = TestGateway.config();
      Config.Listen free = config.listen();
      Config.Listen listen =
          new Config.Listen(
              free.publicAddress(),
              new Config.Address("127.0.0.1", taken.getLocalPort()),
              free.admin());
      assertThatThrownBy(() -> TestGateway.start(TestGateway.with(config, listen)))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(StartException.class)
          .hasMessageContaining("listen.publish = 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
  }

  /** Each join and leave moves channels about. */
  @Test
  void aNodeThatCouldNotListenDoesNotJoinItsCluster() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      String yaml =
          """
          listen: { public: "127.0.0.1:0", publish: "127.0.0.1:0", admin: "127.0.0.1:%d" }
          cluster: { members: ["127.0.0.1:5701"], secret: "0123456789abcdef" }
          """;
      ConfigReader.Result.Accepted config =
          (ConfigReader.Result.Accepted)
              new ConfigReader(Map.of())
                  .read("node.yaml", yaml.formatted(taken.getLocalPort()) + "routes: []\n");
      AtomicBoolean joined = new AtomicBoolean();
      BrokerFactory brokers =
          parts -> {
            joined.set(true);
            return BrokerFactory.LOCAL.make(parts);
          };
      assertThat(Gateway.start(config, () -> config, brokers).cause())
          .isInstanceOf(StartException.class)
          .hasMessageContaining("listen.admin = 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("in use");
      assertThat(joined).isFalse();
    }
  }

  @Test
  void oneAddressForTwoListenersIsRefused() {
    Config config = TestGateway.config();
    Config.Address same = new Config.Address("127.0.0.1", 18080);
    Config.Listen listen = new Config.Listen(same, same, config.listen().admin());
    assertThatThrownBy(() -> TestGateway.start(TestGateway.with(config, listen)))
        .hasRootCauseInstanceOf(StartException.class)
        .hasMessageContaining("listen.publish = 127.0.0.1:18080 is also listen.public");
  }

  @Test
  void aStateFileThatCouldNotBeWrittenIsNoticedAtTheStart() {
    Config config =
        TestGateway.with(TestGateway.config(), java.nio.file.Path.of("no", "such", "folder", "f"));
    assertThatThrownBy(() -> TestGateway.start(config))
        .hasRootCauseInstanceOf(StartException.class)
        .hasMessageContaining("cannot keep state");
  }

  @Test
  void oversizedHeadersAndLinesAreProblems() throws Exception {
    try (TestGateway gateway = TestGateway.start()) {
      String big = "x".repeat(20_000);
      try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Big: " + big + "\r\n\r\n");
        assertThat(client.readAll()).contains(" 431 ").contains("headers-too-large");
      }
      try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        client.send("GET /" + big + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.readAll()).contains(" 414 ").contains("uri-too-long");
      }
    }
  }

  @Test
  void stopsAtOnceWhenNothingIsOpenAndTheSameForEveryCall() throws Exception {
    TestGateway gateway = TestGateway.start();
    long before = System.nanoTime();
    gateway.stop();
    gateway.stop();
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before)).isLessThan(10);
  }
}
