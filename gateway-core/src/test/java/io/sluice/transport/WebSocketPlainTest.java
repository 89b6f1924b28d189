package io.sluice.transport;

import static io.sluice.transport.WebSocketBed.ROOM;
import static io.sluice.transport.WebSocketBed.head;
import static io.sluice.transport.WebSocketBed.part;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.sluice.Proves;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.http.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebSocketPlainTest {

  private final WebSocketBed bed = new WebSocketBed();

  @AfterEach
  void leavesNothingBehind() {
    bed.channel.close();
    bed.settle();
    bed.sent();
    assertThat(bed.connections.size()).isZero();
    assertThat(bed.admission.open()).isZero();
    assertThat(bed.hub.readers(ROOM)).isZero();
    assertThat(bed.transport.loop().wheel().size()).isZero();
  }

  private static SubscribeRequest.Asked after(String channel, Position position) {
    return new SubscribeRequest.Asked(channel, new Start.After(position));
  }

  @Test
  @Proves("SEL-7")
  void theHeadWaitsForTheStartSoThatNothingIsMissedAfterIt() {
    bed.connection.write(Unpooled.copiedBuffer("HEAD", StandardCharsets.US_ASCII));
    bed.admission.enter();
    WebSocketTransport.Opening opening =
        new WebSocketTransport.Opening(
            WebSocketBed.route(), WebSocketBed.ROOM, List.of(WebSocketBed.head("room")), false);
    WebSocketStream stream =
        new WebSocketStream(bed.transport, bed.connection, WebSocketMode.PLAIN, opening);
    bed.loops.on(0, () -> stream.start(opening.channels()));
    assertThat(bed.channel.<Object>readOutbound()).isNull();

    bed.settle();

    ByteBuf head = bed.channel.readOutbound();
    assertThat(head.toString(StandardCharsets.US_ASCII)).isEqualTo("HEAD");
    head.release();
  }

  @Test
  @Proves("WS-6")
  void sendsEachEventAsOneMessageOfItsKind() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.publish(ROOM, "text");
    bed.publish(ROOM, Event.Kind.JSON, "{\"a\":1}");
    bed.publish(ROOM, Event.Kind.BINARY, "bytes");
    bed.publish(ROOM, "x".repeat(70_000));

    assertThat(bed.said())
        .containsExactly("text text", "text {'a':1}", "binary bytes", "text " + "x".repeat(70_000));
  }

  @Test
  @Proves("WS-6")
  void sendsTheJsonFormIfAsked() {
    bed.open(WebSocketMode.PLAIN_JSON, head(ROOM), head("news-1"));

    Position position = bed.publish("news-1", "hi");

    assertThat(bed.said())
        .containsExactly(
            "text {'channel':'news-1','cursor':'"
                + part("news-1", position)
                + "','time':'2023-11-14T22:13:20.000Z','data':'hi'}");
  }

  @Test
  @Proves("STA-4")
  void resumesAfterCursorWithoutLossOrRepeat() {
    Position first = bed.publish(ROOM, "1");
    bed.publish(ROOM, "2");
    bed.publish(ROOM, "3");

    bed.open(WebSocketMode.PLAIN, after(ROOM, first));
    bed.publish(ROOM, "4");

    assertThat(bed.said()).containsExactly("text 2", "text 3", "text 4");
  }

  @Test
  @Proves({"WS-7", "GAP-3"})
  void closesWithTheCursorToGoOnFromAtAGap() {
    Position first = bed.publish(ROOM, "1");
    Position second = bed.publish(ROOM, "2");
    for (int i = 3; i <= 7; i++) {
      bed.publish(ROOM, "" + i);
    }

    bed.open(WebSocketMode.PLAIN, after(ROOM, first));

    assertThat(bed.said()).containsExactly("close 4008 " + part(ROOM, second));
    assertThat(bed.metrics.gaps.labelValues("trimmed").get()).isEqualTo(1);
    assertThat(bed.metrics.resumes.labelValues("gap").get()).isEqualTo(1);
  }

  @Test
  @Proves("WS-7")
  void tellsAGapAsAMessageInTheJsonForm() {
    Position first = bed.publish(ROOM, "1");
    Position second = bed.publish(ROOM, "2");
    for (int i = 3; i <= 7; i++) {
      bed.publish(ROOM, "" + i);
    }

    bed.open(WebSocketMode.PLAIN_JSON, after(ROOM, first));

    assertThat(bed.said())
        .hasSize(6)
        .first()
        .isEqualTo("text {'channel':'room','cursor':'" + part(ROOM, second) + "','gap':'trimmed'}");
  }

  @Test
  @Proves({"WS-8", "WS-5"})
  void closesWhenTheClientSendsData() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.send(ClientFrames.text("anything"), ClientFrames.text("more"));

    assertThat(bed.said()).containsExactly("close 1003 unsupported-data");
    assertThat(bed.hub.readers(ROOM)).isZero();
  }

  @Test
  @Proves("WS-4")
  void answersAPingWithItsPayload() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.send(ClientFrames.ping("are you there?"), ClientFrames.ping(""));

    assertThat(bed.said()).containsExactly("pong are you there?", "pong ");
  }

  @Test
  @Proves("WS-5")
  void answersACloseWithItsOwnCode() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.send(ClientFrames.close(4321, "enough"));

    assertThat(bed.said()).containsExactly("close 4321");
    assertThat(bed.metrics.connectionsClosed.labelValues("websocket", "client-left").get())
        .isEqualTo(1);
  }

  @Test
  @Proves("WS-5")
  void answersAnEmptyCloseWithAnEmptyOne() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.send(ClientFrames.frame(0x88, ""));

    assertThat(bed.said()).containsExactly("close");
  }

  @Test
  @Proves("WS-3")
  void closesAViolationWithItsCode() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.send(ClientFrames.frame(0x83, ""));

    assertThat(bed.said()).containsExactly("close 1002 bad-frame");
  }

  @Test
  @Proves({"WS-16", "REF-3"})
  void endsWithTheCodeAndTheSlugOfTheReason() {
    WebSocketStream stream = bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.loops.on(0, () -> stream.close(CloseReason.DRAINING));
    bed.loops.on(0, () -> stream.close(CloseReason.STALLED));
    bed.publish(ROOM, "too late");

    assertThat(bed.said()).containsExactly("close 1012 draining");
  }

  @Test
  @Proves("BEAT-5")
  void freesEverythingAtOnceWhenTheClientLeaves() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));
    assertThat(bed.hub.readers(ROOM)).isOne();

    bed.loops.on(0, () -> bed.channel.close());

    assertThat(bed.hub.readers(ROOM)).isZero();
    assertThat(bed.connections.size()).isZero();
    assertThat(bed.transport.loop().wheel().size()).isZero();
  }

  @Test
  @Proves({"BEAT-1", "BEAT-2", "WS-15"})
  void pingsAndClosesAClientThatDoesNotAnswer() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    bed.loops.advance(25_100);
    assertThat(bed.said()).startsWith("ping");
    bed.loops.advance(10_200);

    assertThat(bed.channel.runScheduledPendingTasks()).isGreaterThanOrEqualTo(-1);
    assertThat(bed.connections.size()).isZero();
    assertThat(bed.metrics.connectionsClosed.labelValues("websocket", "no-pong").get())
        .isEqualTo(1);
  }

  @Test
  @Proves("BEAT-2")
  void goesOnWithAClientThatAnswers() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));

    for (int i = 0; i < 100; i++) {
      bed.loops.advance(5_000);
      bed.send(ClientFrames.frame(0x8a, ""));
    }

    assertThat(bed.said()).hasSizeBetween(19, 21).containsOnly("ping");
  }

  @Test
  @Proves("BEAT-4")
  void holdsAPositionAndNoEventWhileTheSocketIsFull() {
    bed.open(WebSocketMode.PLAIN, head(ROOM));
    bed.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
    bed.connection.write(Unpooled.copyShort(0x8900));

    bed.publish(ROOM, "1");
    bed.publish(ROOM, "2");
    assertThat(bed.connection.bytesPending()).isLessThan(200);
    bed.connection.flush();
    bed.settle();

    assertThat(bed.said()).containsExactly("ping", "text 1", "text 2");
  }
}
