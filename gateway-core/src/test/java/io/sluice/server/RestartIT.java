package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.Subscriber.Told;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a restart costs, with and without a state file. */
final class RestartIT {

  @TempDir private Path folder;

  private static Config config() {
    return TestGateway.config(
        TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT));
  }

  private Config withState() {
    return TestGateway.with(config(), folder.resolve("state"));
  }

  @ParameterizedTest
  @EnumSource
  @Proves("RST-1")
  void withAStateFileClientsResumeWithoutAGap(Transport transport) throws Exception {
    String cursor = publishAndStop(withState());
    Path state = folder.resolve("state");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
        .isEqualTo("rw-------");
    try (TestGateway gateway = TestGateway.start(withState());
        Subscriber subscriber = open(gateway, transport, cursor)) {
      assertThat(state).doesNotExist();
      assertThat(((Told.Event) subscriber.next()).data()).isEqualTo("two");
      String third = gateway.publish("room", "three");
      assertThat(subscriber.next()).isEqualTo(new Told.Event("three", third));
    }
  }

  @Test
  @Proves("RST-1")
  void publishIdsOutliveTheRestart() throws Exception {
    String first;
    try (TestGateway gateway = TestGateway.start(withState())) {
      first = publishWithKey(gateway).getString("cursor");
    }
    try (TestGateway gateway = TestGateway.start(withState())) {
      JsonObject again = publishWithKey(gateway);
      assertThat(again.getString("cursor")).isEqualTo(first);
      assertThat(again.getBoolean("repeated")).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  @Proves("RST-2")
  void withoutAStateFileEachClientIsToldOneGap(Transport transport) throws Exception {
    String cursor = publishAndStop(config());
    toldOneGap(config(), transport, cursor);
  }

  @Test
  @Proves("RST-2")
  void aDamagedStateFileOpensNewEpochs() throws Exception {
    String cursor = publishAndStop(withState());
    Path state = folder.resolve("state");
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 0x40;
    Files.write(state, bytes);
    toldOneGap(withState(), Transport.SSE, cursor);
  }

  @Test
  void aStateFileThatCannotBeReadIsRefusedAtTheStart() throws Exception {
    Path state = folder.resolve("state");
    Files.createDirectory(state);

    assertThatThrownBy(() -> TestGateway.start(withState()))
        .hasRootCauseInstanceOf(StartException.class)
        .hasMessageContaining("cannot keep state · state = " + state)
        .hasMessageContaining("expected");
    assertThat(state).isDirectory();
  }

  @Test
  void aStartThatFailsKeepsTheState() throws Exception {
    String cursor = publishAndStop(withState());
    Config config = withState();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Config.Address busy = new Config.Address("127.0.0.1", taken.getLocalPort());
      Config.Listen listen =
          new Config.Listen(config.listen().publicAddress(), busy, config.listen().admin());
      assertThatThrownBy(() -> TestGateway.start(TestGateway.with(config, listen)))
          .hasRootCauseInstanceOf(Exception.class)
          .hasMessageContaining("in use");
    }
    try (TestGateway gateway = TestGateway.start(config);
        Subscriber subscriber = open(gateway, Transport.SSE, cursor)) {
      assertThat(((Told.Event) subscriber.next()).data()).isEqualTo("two");
    }
  }

  /** Publishes two events, stops, and returns the cursor after the first. */
  private static String publishAndStop(Config config) throws Exception {
    try (TestGateway gateway = TestGateway.start(config)) {
      String cursor = gateway.publish("room", "one");
      gateway.publish("room", "two");
      return cursor;
    }
  }

  private static void toldOneGap(Config config, Transport transport, String cursor)
      throws Exception {
    try (TestGateway gateway = TestGateway.start(config);
        Subscriber subscriber = open(gateway, transport, cursor)) {
      Told.Gap gap = (Told.Gap) subscriber.next();
      assertThat(gap.reason()).isEqualTo("epoch");
      String next = gateway.publish("room", "after");
      assertThat(subscriber.next()).isEqualTo(new Told.Event("after", next));
      try (Subscriber again = open(gateway, transport, gap.cursor())) {
        assertThat(again.next()).isEqualTo(new Told.Event("after", next));
      }
    }
  }

  private static JsonObject publishWithKey(TestGateway gateway) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLISH))) {
      client.request(
          "POST /channels/room/events HTTP/1.1",
          "Host: localhost",
          "Idempotency-Key: k1",
          "Content-Length: 4");
      client.send("once");
      return PollSubscriber.body(client);
    }
  }

  private static Subscriber open(TestGateway gateway, Transport transport, String cursor)
      throws Exception {
    return Subscriber.open(transport, gateway.port(Listener.PUBLIC), "/events/room", cursor);
  }
}
