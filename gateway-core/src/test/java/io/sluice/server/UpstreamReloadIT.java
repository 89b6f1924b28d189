package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.ReloadOutcome;
import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of tunnels and requests under way when a reload takes or changes their upstream. */
final class UpstreamReloadIT {

  private static final String END = "\r\n\r\n";
  private static final int TUNNELS = 100;
  private static final String ACCEPTED =
      "HTTP/1.1 101 OK\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

  private final FakeUpstream calm = new FakeUpstream();
  private final FakeUpstream other = new FakeUpstream();
  private final List<RawClient> sockets = new ArrayList<>();
  private volatile String file = yaml(other("first-byte-timeout: 1m, pool: { keep-alive: 1h }"));
  private final TestGateway gateway =
      TestGateway.start((ConfigReader.Result.Accepted) read(), this::read);

  UpstreamReloadIT() throws IOException {}

  @AfterEach
  void close() throws Exception {
    for (RawClient socket : sockets) {
      socket.close();
    }
    calm.close();
    other.close();
    gateway.close();
  }

  private String yaml(String more) {
    return """
    listen: { public: "127.0.0.1:0", publish: "127.0.0.1:0", admin: "127.0.0.1:0" }
    event-loops: 2
    routes:
      - { match: { path: "/calm/**" }, upstream: { url: "%s" } }
    """
            .formatted(calm.uri())
        + more;
  }

  private String other(String key) {
    return "  - { match: { path: \"/other/**\" }, upstream: { url: \"%s\", %s } }\n"
        .formatted(other.uri(), key);
  }

  private ConfigReader.Result read() {
    return new ConfigReader(Map.of()).read("x.yaml", file);
  }

  private int reload(String yaml) throws Exception {
    file = yaml;
    ReloadOutcome outcome =
        gateway
            .gateway()
            .reload()
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(ReloadOutcome.Applied.class);
    return ((ReloadOutcome.Applied) outcome).connectionsEnded();
  }

  private RawClient asking(String path) throws IOException {
    RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC));
    sockets.add(client);
    client.request(
        "GET " + path + " HTTP/1.1",
        "Host: a",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    return client;
  }

  private record Tunnel(RawClient client, RawClient app) {
    void passes() throws IOException {
      client.send("up");
      assertThat(app.readUntil("up")).isEqualTo("up");
      app.send("down");
      assertThat(client.readUntil("down")).isEqualTo("down");
    }

    void isToldToGo() throws IOException {
      assertThat(client.read(4)).containsExactly(0x88, 2, 3, 0xe9);
      assertThat(client.read()).isEqualTo(-1);
      assertThat(app.read(8)).containsExactly(0x88, 0x82, 0, 0, 0, 0, 3, 0xe9);
      assertThat(app.read()).isEqualTo(-1);
    }
  }

  private Tunnel open(String path, FakeUpstream upstream) throws Exception {
    RawClient client = asking(path);
    RawClient app = upstream.next();
    sockets.add(app);
    app.readUntil(END);
    app.send(ACCEPTED);
    client.readUntil(END);
    return new Tunnel(client, app);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tunnelsOfAnUpstreamThatChangedOrWentAreToldToGoAndOthersStay(boolean went) throws Exception {
    List<Tunnel> ending = new ArrayList<>();
    for (int i = 0; i < TUNNELS; i++) {
      ending.add(open("/other/" + i, other));
    }
    Tunnel staying = open("/calm/x", calm);
    gateway.awaitMetric("sluice_tunnels", TUNNELS + 1);
    String next = went ? "" : other("first-byte-timeout: 2m");
    assertThat(reload(yaml(next))).isEqualTo(TUNNELS);
    for (Tunnel tunnel : ending) {
      tunnel.isToldToGo();
    }
    gateway.awaitMetric("sluice_tunnels", 1);
    staying.passes();
  }

  @Test
  void whatIsNotChangedKeepsItsTunnels() throws Exception {
    Tunnel tunnel = open("/other/x", other);
    gateway.awaitMetric("sluice_tunnels", 1);
    assertThat(reload(file + "drain: 11s\n")).isZero();
    tunnel.passes();
  }

  @Test
  void aTunnelThatIsBeingMadeMeanwhileIsToldToGoWhenItIsThere() throws Exception {
    RawClient client = asking("/other/x");
    RawClient app = other.next();
    app.readUntil(END);
    assertThat(reload(yaml(""))).isZero();
    app.send(ACCEPTED);
    assertThat(client.readUntil(END)).startsWith("HTTP/1.1 101 ");
    new Tunnel(client, app).isToldToGo();
    app.close();
  }

  @Test
  void requestsUnderWayFinishAsTheyBegan() throws Exception {
    RawClient answered = plain("/other/1");
    RawClient answering = other.next();
    answering.readUntil(END);
    answering.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun");
    answered.readUntil("begun");
    RawClient asked = plain("/other/2");
    RawClient thinking = other.next();
    thinking.readUntil(END);
    assertThat(reload(yaml(""))).isZero();

    answering.send(" ends");
    assertThat(answered.readUntil(" ends")).isEqualTo(" ends");
    thinking.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
    assertThat(asked.readUntil("late")).startsWith("HTTP/1.1 200 ");
    assertThat(answering.read()).as("nobody uses that pool any more").isEqualTo(-1);
    assertThat(thinking.read()).isEqualTo(-1);
    answered.request("GET /other/3 HTTP/1.1", "Host: a");
    assertThat(answered.readUntil("}")).startsWith("HTTP/1.1 404 ");
  }

  /** A try that begins after the reload goes by what the request began with, and keeps nothing. */
  @Test
  void whatIsTriedAgainAfterItsUpstreamIsGoneKeepsNoConnection() throws Exception {
    RawClient client = plain("/other/1");
    RawClient first = other.next();
    first.readUntil(END);
    assertThat(reload(yaml(""))).isZero();
    first.close();

    RawClient second = other.next();
    second.readUntil(END);
    second.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
    assertThat(client.readUntil("again")).startsWith("HTTP/1.1 200 ");
    assertThat(second.read()).as("nobody uses that pool any more").isEqualTo(-1);
    gateway.awaitMetric("sluice_upstream_connections", 0);
  }

  private RawClient plain(String path) throws IOException {
    RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC));
    sockets.add(client);
    client.request("GET " + path + " HTTP/1.1", "Host: a");
    return client;
  }
}
