package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ConfigReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code permessage-deflate} between a client and a gateway. */
final class CompressionIT {

  private static final String USUAL = "permessage-deflate; client_max_window_bits";
  private static final String PACKED = "/packed/room";
  private static final String LONG = "{\"price\":17.25,\"currency\":\"EUR\"}".repeat(40);

  /** One loop, so that what is compressed once by each node is counted once. */
  private static final String YAML =
      """
      listen: { public: "127.0.0.1:0", publish: "127.0.0.1:0", admin: "127.0.0.1:0" }
      event-loops: 1
      routes:
        - match: { path: "/packed/{channel}" }
          push: { compression: true }
        - match: { path: "/usual/{channel}" }
          push: {}
      """;

  private volatile String file = YAML;
  private TestGateway gateway;

  private static ConfigReader.Result read(String yaml) {
    return new ConfigReader(Map.of()).read("x.yaml", yaml);
  }

  @BeforeEach
  void start() {
    gateway = TestGateway.start((ConfigReader.Result.Accepted) read(file), () -> read(file));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** Asks for a WebSocket and reads the head of the answer. */
  private String ask(RawClient client, String path, String offer) throws IOException {
    String[] usual = WebSocketSubscriber.handshake(path, "sluice.v1.json");
    String[] lines = Arrays.copyOf(usual, usual.length + 1);
    lines[usual.length] = "Sec-WebSocket-Extensions: " + offer;
    client.request(lines);
    return client.readUntil("\r\n\r\n");
  }

  private RawClient connect() throws IOException {
    return RawClient.connect(gateway.port(Listener.PUBLIC));
  }

  /** A client that has read the greeting. */
  private RawClient open(String path) throws IOException {
    RawClient client = connect();
    assertThat(ask(client, path, USUAL)).startsWith("HTTP/1.1 101 ");
    assertThat(next(client)).startsWith("81 {\"op\":\"hello\"");
    return client;
  }

  /** The next frame that is not of a heartbeat, which is a ping and a message. */
  private static String next(RawClient client) throws IOException {
    String frame = frame(client);
    return frame.startsWith("89") || frame.equals("81 {\"op\":\"beat\"}") ? next(client) : frame;
  }

  /** The next frame: its first byte and what it says. */
  private static String frame(RawClient client) throws IOException {
    int first = client.read(1)[0] & 0xff;
    int length = client.read(1)[0];
    length = length == 126 ? ByteBuffer.wrap(client.read(2)).getShort() & 0xffff : length;
    byte[] payload = client.read(length);
    if (first == 0x88) {
      ByteBuffer close = ByteBuffer.wrap(payload);
      return "close " + close.getShort() + " " + StandardCharsets.UTF_8.decode(close);
    }
    byte[] text = (first & 0x40) == 0 ? payload : inflate(payload);
    return Integer.toHexString(first) + " " + new String(text, StandardCharsets.UTF_8);
  }

  private static byte[] inflate(byte[] payload) throws IOException {
    Inflater zlib = new Inflater(true);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] chunk = new byte[1000];
    zlib.setInput(ByteBuffer.allocate(payload.length + 4).put(payload).putInt(0xffff).array());
    try {
      for (int n = zlib.inflate(chunk); n > 0; n = zlib.inflate(chunk)) {
        all.write(chunk, 0, n);
      }
    } catch (DataFormatException malformed) {
      throw new IOException(malformed);
    } finally {
      zlib.end();
    }
    return all.toByteArray();
  }

  /** A compressed text message, masked with zeros. */
  private static byte[] message(byte[] text) {
    Deflater zlib = new Deflater(9, true);
    zlib.setInput(text);
    byte[] packed = new byte[text.length + 100];
    int length = zlib.deflate(packed, 0, packed.length, Deflater.SYNC_FLUSH) - 4;
    zlib.end();
    ByteBuffer frame = ByteBuffer.allocate(length + 14).put((byte) 0xc1);
    if (length < 126) {
      frame.put((byte) (0x80 | length));
    } else if (length < 1 << 16) {
      frame.put((byte) (0x80 | 126)).putShort((short) length);
    } else {
      frame.put((byte) (0x80 | 127)).putLong(length);
    }
    frame.putInt(0).put(packed, 0, length);
    return Arrays.copyOf(frame.array(), frame.position());
  }

  @Test
  @Proves("WS-17")
  void isNegotiatedWhereTheRouteHasItOnAndOnlyThere() throws Exception {
    try (RawClient on = connect();
        RawClient off = connect();
        RawClient unable = connect()) {
      assertThat(ask(on, PACKED, USUAL))
          .startsWith("HTTP/1.1 101 ")
          .contains(
              "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                  + " client_no_context_takeover\r\n");
      assertThat(ask(off, "/usual/room", USUAL))
          .startsWith("HTTP/1.1 101 ")
          .doesNotContainIgnoringCase("extensions");
      assertThat(ask(unable, PACKED, "permessage-deflate; server_max_window_bits=9"))
          .startsWith("HTTP/1.1 101 ")
          .doesNotContainIgnoringCase("extensions");
    }
  }

  @Test
  @Proves("WS-17")
  void aMalformedOfferIsRefusedWhereItMatters() throws Exception {
    try (RawClient on = connect();
        RawClient off = connect()) {
      assertThat(ask(on, PACKED, "permessage-deflate; =")).startsWith("HTTP/1.1 400 ");
      assertThat(ask(off, "/usual/room", "permessage-deflate; =")).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  @Proves("WS-19")
  void anEventIsCompressedOnceForAllItsReadersLiveAndBehind() throws Exception {
    int readers = 50;
    RawClient[] clients = new RawClient[readers];
    try (RawClient uncompressed = open("/usual/room")) {
      for (int i = 0; i < readers; i++) {
        clients[i] = open(PACKED);
      }
      String cursor = gateway.publish("room", LONG);
      gateway.publish("room", "brief");
      for (RawClient client : clients) {
        assertThat(next(client)).startsWith("c1 {").contains("17.25", cursor);
        assertThat(next(client)).startsWith("81 {").contains("brief");
      }
      assertThat(next(uncompressed)).startsWith("81 {").contains("17.25", cursor);
      assertThat(gateway.metric("sluice_events_compressed_total")).isEqualTo(gateway.nodes());
      assertThat(gateway.metric("sluice_compression_bytes_total{stage=\"before\"}"))
          .isGreaterThan(4 * gateway.metric("sluice_compression_bytes_total{stage=\"after\"}"));
      try (RawClient late = open(PACKED + "?rewind=2")) {
        assertThat(next(late)).startsWith("c1 {").contains(cursor);
      }
    } finally {
      for (RawClient client : clients) {
        if (client != null) {
          client.close();
        }
      }
    }
  }

  @Test
  @Proves({"WS-18", "LIM-2"})
  void aBombIsClosedWithTooLargeAndTheOthersAreServed() throws Exception {
    byte[] bomb = message(new byte[60 << 20]); // 60 KiB: a thousand times its limit when inflated
    assertThat(bomb.length).isLessThan(64 << 10);
    try (RawClient other = open(PACKED)) {
      for (int i = 0; i < 20; i++) {
        try (RawClient hostile = open(PACKED)) {
          hostile.send(bomb);
          assertThat(next(hostile)).isEqualTo("close 1009 too-large");
        }
      }
      other.send(message("{\"op\":\"ping\"}".getBytes(StandardCharsets.UTF_8)));
      assertThat(next(other)).isEqualTo("81 {\"op\":\"pong\"}");
      gateway.awaitMetric("sluice_limit_hit_total{limit=\"websocket.max-message\"}", 20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/usual/room", PACKED})
  @Proves({"WS-3", "WS-18"})
  void whatIsNoCompressedMessageIsABadFrame(String path) throws Exception {
    try (RawClient client = open(path)) {
      client.send(new byte[] {(byte) 0xc1, (byte) 0x81, 0, 0, 0, 0, (byte) 0xff});
      assertThat(next(client)).isEqualTo("close 1002 bad-frame");
    }
  }

  @Test
  void turningItOffByAReloadSendsThoseClientsBack() throws Exception {
    try (RawClient packed = open(PACKED);
        RawClient usual = open("/usual/room")) {
      file = YAML.replace("compression: true", "compression: false");
      gateway.reload();

      assertThat(next(packed)).isEqualTo("close 1001 going-away");
      try (RawClient again = open(PACKED)) {
        gateway.publish("room", LONG);
        assertThat(next(again)).startsWith("81 {");
        assertThat(next(usual)).startsWith("81 {");
      }
    }
  }
}
