package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.Proves;
import io.sluice.channel.Event;
import io.sluice.channel.Start;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compressed events and their readers. */
final class CompressedEventsTest {

  private static final int READERS = 1000;
  private static final String LONG = "{\"price\":17.25,\"currency\":\"EUR\"}".repeat(20);

  private final WebSocketBed bed = new WebSocketBed();
  private final List<EmbeddedChannel> clients = new ArrayList<>();

  private void connect(int count, WebSocketMode mode, Start start) {
    var asked = List.of(new SubscribeRequest.Asked(WebSocketBed.ROOM, start));
    var opening =
        new WebSocketTransport.Opening(WebSocketBed.route(), WebSocketBed.ROOM, asked, false);
    bed.loops.on(
        0,
        () -> {
          for (int i = 0; i < count; i++) {
            EmbeddedChannel channel = new EmbeddedChannel();
            clients.add(channel);
            NettyConnection connection = NettyConnection.on(channel);
            new WebSocketStream(bed.transport, connection, mode, opening).start(asked);
          }
        });
    bed.settle();
  }

  /** What a client was sent since it was asked last. */
  private static ByteBuf sent(EmbeddedChannel client) {
    client.runPendingTasks();
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    return all;
  }

  /** The text of a compressed frame, which is taken. */
  private static String compressed(ByteBuf frames, int first) throws Exception {
    assertThat(frames.readUnsignedByte()).isEqualTo((short) first);
    int length = frames.readUnsignedByte();
    byte[] payload = new byte[length == 126 ? frames.readUnsignedShort() : length];
    frames.readBytes(payload);
    return new String(DeflationTest.unpack(payload), StandardCharsets.UTF_8);
  }

  @Test
  @Proves("WS-19")
  void anEventIsCompressedOnceForAThousandReaders() throws Exception {
    connect(READERS, WebSocketMode.PLAIN_DEFLATED, new Start.Head());

    bed.publish(WebSocketBed.ROOM, LONG);
    bed.publish(WebSocketBed.ROOM, Event.Kind.BINARY, LONG);
    bed.publish(WebSocketBed.ROOM, "brief");

    assertThat(bed.metrics.eventsCompressed.get()).isEqualTo(2);
    for (EmbeddedChannel client : clients) {
      ByteBuf sent = sent(client);
      assertThat(compressed(sent, 0xc1)).isEqualTo(LONG);
      assertThat(compressed(sent, 0xc2)).isEqualTo(LONG);
      assertThat(sent.toString(StandardCharsets.ISO_8859_1)).isEqualTo("\u0081\u0005brief");
    }
    assertThat(bed.metrics.eventsDelivered.sum("websocket")).isEqualTo(3 * READERS);
  }

  @Test
  @Proves("WS-19")
  void theyAllGetTheSameBytesUncopied() {
    connect(2, WebSocketMode.PLAIN_DEFLATED, new Start.Head());

    bed.publish(WebSocketBed.ROOM, LONG);

    ByteBuf one = clients.get(0).readOutbound();
    ByteBuf two = clients.get(1).readOutbound();
    assertThat(one.memoryAddress() + one.readerIndex())
        .isEqualTo(two.memoryAddress() + two.readerIndex());
    one.release();
    two.release();
  }

  @Test
  @Proves("WS-19")
  void whatIsReadFromTheLogIsSharedToo() throws Exception {
    bed.publish(WebSocketBed.ROOM, LONG);
    bed.publish(WebSocketBed.ROOM, LONG + 2);

    connect(READERS / 2, WebSocketMode.PROTOCOL_DEFLATED, new Start.Rewind(2));

    assertThat(bed.metrics.eventsCompressed.get()).isEqualTo(2);
    for (EmbeddedChannel client : clients) {
      ByteBuf sent = sent(client);
      assertThat(sent.readUnsignedByte()).isEqualTo((short) 0x81);
      int length = sent.readUnsignedByte();
      length = length == 126 ? sent.readUnsignedShort() : length;
      assertThat(sent.readSlice(length).toString(StandardCharsets.UTF_8)).contains("\"hello\"");
      assertThat(compressed(sent, 0xc1)).contains("\"channel\":\"room\"").contains("17.25");
      assertThat(compressed(sent, 0xc1)).contains("17.25").contains("2\"");
      assertThat(sent.isReadable()).isFalse();
    }
  }

  @Test
  @Proves("WS-19")
  void everyFormatIsCompressedByItselfAndTheUncompressedStays() throws Exception {
    connect(3, WebSocketMode.PLAIN_DEFLATED, new Start.Head());
    connect(3, WebSocketMode.PLAIN_JSON_DEFLATED, new Start.Head());
    connect(3, WebSocketMode.PLAIN, new Start.Head());

    bed.publish(WebSocketBed.ROOM, LONG);

    assertThat(bed.metrics.eventsCompressed.get()).isEqualTo(2);
    assertThat(compressed(sent(clients.get(0)), 0xc1)).isEqualTo(LONG);
    assertThat(compressed(sent(clients.get(3)), 0xc1)).startsWith("{\"channel\":\"room\",");
    assertThat(sent(clients.get(6)).toString(StandardCharsets.UTF_8)).endsWith(LONG);
  }

  @Test
  @Proves({"WS-18", "WS-19", "WS-15"})
  void commandsMayComeCompressedAndAreAnsweredUncompressed() {
    bed.open(WebSocketMode.PROTOCOL_DEFLATED, WebSocketBed.head(WebSocketBed.ROOM));
    bed.sent();

    bed.send(
        ClientFrames.frame(
            0xc1, DeflationTest.compress("{\"op\":\"ping\",\"ref\":\"" + "r".repeat(60) + "\"}")));
    assertThat(bed.said()).containsExactly("text {'op':'pong','ref':'" + "r".repeat(60) + "'}");
    bed.send(
        ClientFrames.frame(
            0xc1,
            DeflationTest.compress(
                "{\"op\":\"subscribe\",\"channel\":\"" + "x".repeat(300) + "\"}")));
    assertThat(bed.said()).singleElement().asString().startsWith("text {'op':'error'");
    bed.loops.advance(26_000);
    bed.settle();
    assertThat(bed.said()).contains("ping", "text {'op':'beat'}");
  }

  @Test
  @Proves({"WS-18", "LIM-2"})
  void aBombIsClosedAndCounted() {
    bed.open(WebSocketMode.PROTOCOL_DEFLATED);
    bed.sent();

    bed.send(ClientFrames.frame(0xc1, DeflationTest.compress(new byte[16 << 20], 9, 0)));

    assertThat(bed.said()).containsExactly("close 1009 too-large");
    assertThat(bed.metrics.limitsHit.labelValues("websocket.max-message").get()).isEqualTo(1);
  }

  @Test
  @Proves("WS-3")
  void whoHasNotNegotiatedItMayNotCompress() {
    bed.open(WebSocketMode.PROTOCOL);
    bed.sent();

    bed.send(ClientFrames.frame(0xc1, DeflationTest.compress("{\"op\":\"ping\"}")));

    assertThat(bed.said()).containsExactly("close 1002 bad-frame");
  }
}
