package io.sluice.transport;

import static io.sluice.transport.WebSocketBed.ROOM;
import static io.sluice.transport.WebSocketBed.part;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.Proves;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.transport.SubscribeRequest.Asked;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SseStreamTest {

  private final WebSocketBed bed = new WebSocketBed();
  private final TransportLoop loop = bed.transport.loop();
  private boolean json;
  private boolean beatEvents;

  @AfterEach
  void leavesNothingBehind() {
    bed.channel.close();
    bed.settle();
    sent();
    assertThat(bed.connections.size()).isZero();
    assertThat(bed.admission.open()).isZero();
    assertThat(bed.hub.readers(ROOM)).isZero();
    assertThat(loop.wheel().size()).isZero();
  }

  private SseStream open(Asked... channels) {
    bed.admission.enter();
    SubscribeRequest request =
        new SubscribeRequest(Transport.SSE, List.of(channels), false, json, beatEvents, 1, 0);
    SseStream stream = new SseStream(loop, bed.connection, WebSocketBed.route(), request);
    bed.loops.on(0, stream::start);
    bed.settle();
    return stream;
  }

  private static Asked head(String channel) {
    return new Asked(channel, new Start.Head());
  }

  private static Asked after(String channel, Position position) {
    return new Asked(channel, new Start.After(position));
  }

  /** What was sent since it was asked last. */
  private String sent() {
    return sent(bed.channel);
  }

  private static String sent(EmbeddedChannel channel) {
    channel.runPendingTasks();
    StringBuilder text = new StringBuilder();
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      text.append(bytes.toString(UTF_8));
      bytes.release();
    }
    return text.toString();
  }

  /** The same without what is drawn for each connection. */
  private String said() {
    return sent()
        .replaceAll("retry: [0-9]+", "retry: N")
        .replaceAll("\"retry\":[0-9]+", "\"retry\":N")
        .replaceAll("\"connection\":\"[0-9a-f]{16}\"", "\"connection\":\"ID\"");
  }

  private static String opening(String id) {
    return "retry: N\nevent: sluice.open\nid: "
        + id
        + "\ndata: {\"heartbeat\":25000,\"connection\":\"ID\"}\n\n";
  }

  private static String gap(String channel, String cursor, String reason, String id) {
    return "event: sluice.gap\ndata: {\"channel\":\""
        + channel
        + "\",\"cursor\":\""
        + cursor
        + "\",\"gap\":\""
        + reason
        + "\"}\nid: "
        + id
        + "\n\n";
  }

  @Test
  @Proves("SEL-7")
  void theHeadWaitsForTheStartSoThatNothingIsMissedAfterIt() {
    bed.connection.write(Unpooled.copiedBuffer("HEAD\n", UTF_8));
    bed.admission.enter();
    SubscribeRequest request =
        new SubscribeRequest(
            Transport.SSE, List.of(head(ROOM), head("news-1")), false, true, false, 1, 0);
    bed.loops.on(0, new SseStream(loop, bed.connection, WebSocketBed.route(), request)::start);
    assertThat(sent()).isEmpty();

    bed.settle();

    assertThat(sent()).startsWith("HEAD\nretry: ").contains("event: sluice.open");
  }

  @Test
  @Proves("SSE-2")
  void beginsWithOneBlockThatHasTheCursor() {
    Position position = bed.publish(ROOM, "before");

    open(head(ROOM));

    assertThat(said()).isEqualTo(opening(part(ROOM, position)));
  }

  @Test
  @Proves({"SSE-2", "STA-4"})
  void aClientCutAfterTheFirstBlockLosesNothing() {
    open(head(ROOM));
    String id = EventStream.of(sent()).lastId();
    bed.channel.close();
    bed.settle();

    Position missed = bed.publish(ROOM, "missed");
    EmbeddedChannel channel = new EmbeddedChannel();
    SubscribeRequest request =
        SubscribeRequest.read(
                new SubscribeRequest.Input(Transport.SSE, id, Map.of(), -1, false),
                WebSocketBed.route(),
                ROOM)
            .request();
    assertThat(request).isNotNull();
    bed.admission.enter();
    SseStream again =
        new SseStream(loop, NettyConnection.on(channel), WebSocketBed.route(), request);
    bed.loops.on(0, again::start);
    bed.settle();

    assertThat(EventStream.of(sent(channel)).messages())
        .last()
        .isEqualTo(new EventStream.Message("message", "missed", part(ROOM, missed)));
    channel.close();
    bed.settle();
  }

  @Test
  @Proves({"SSE-4", "STA-4"})
  void sendsEachEventAsOneBlock() {
    open(head(ROOM));
    sent();

    Position one = bed.publish(ROOM, "a\nb");

    assertThat(sent()).isEqualTo("data: a\ndata: b\nid: " + part(ROOM, one) + "\n\n");
  }

  @Test
  @Proves({"SSE-3", "CUR-5", "GAP-1", "GAP-3"})
  void tellsTheClientsOwnPositionBeforeAGap() {
    Position first = bed.publish(ROOM, "1");
    Position second = bed.publish(ROOM, "2");
    for (int i = 3; i <= 7; i++) {
      bed.publish(ROOM, "" + i);
    }

    open(after(ROOM, first));

    String goOn = part(ROOM, second);
    assertThat(said())
        .startsWith(opening(part(ROOM, first)) + gap(ROOM, goOn, "trimmed", goOn) + "data: 3\n")
        .contains("data: 7\n");
    assertThat(bed.metrics.gaps.labelValues("trimmed").get()).isEqualTo(1);
    assertThat(bed.metrics.resumes.labelValues("gap").get()).isEqualTo(1);
  }

  @Test
  @Proves({"SSE-3", "STA-2", "CUR-5"})
  void anUnusableCursorIsToldAgainUntilItsGapIs() {
    Position at = bed.publish(ROOM, "1");

    open(new Asked(ROOM, new Start.Unusable()));

    String goOn = part(ROOM, at);
    assertThat(said()).isEqualTo(opening("0") + gap(ROOM, goOn, "unknown", goOn));
  }

  @Test
  @Proves({"SSE-3", "SSE-6", "CUR-5"})
  void anIdOfSeveralChannelsSkipsNoGapThatIsStillUntold() {
    json = true;
    Position room = bed.publish(ROOM, "1");
    Position news = bed.publish("news-1", "1");

    open(new Asked(ROOM, new Start.Unusable()), new Asked("news-1", new Start.Unusable()));

    String both = part(ROOM, room) + "." + part("news-1", news);
    assertThat(said())
        .isEqualTo(
            opening("0")
                + gap(ROOM, part(ROOM, room), "unknown", "0")
                + gap("news-1", part("news-1", news), "unknown", both));
  }

  @Test
  @Proves("SSE-6")
  void theIdIsTheCursorOfAllChannels() {
    json = true;
    Position before = bed.publish("news-1", "before");
    open(head(ROOM), head("news-1"));
    sent();

    Position room = bed.publish(ROOM, "1");
    Position news = bed.publish("news-1", "2");

    List<EventStream.Message> messages = EventStream.of(sent()).messages();
    assertThat(messages)
        .extracting(EventStream.Message::lastEventId)
        .containsExactly(
            part(ROOM, room) + "." + part("news-1", before),
            part(ROOM, room) + "." + part("news-1", news));
    assertThat(messages.get(1).data()).startsWith("{\"channel\":\"news-1\",");
  }

  @Test
  @Proves({"SSE-9", "PUB-12"})
  void tellsAGapOnAnOpenStream() {
    open(head(ROOM));
    bed.publish(ROOM, "1");
    sent();
    fill();
    Position missed = bed.publish(ROOM, "2");
    bed.loops.on(0, () -> bed.broker.delete(ROOM));
    bed.loops.advance(3_000); // past the time for which the hub has it at hand

    drain();

    String goOn = part(ROOM, missed);
    assertThat(sent()).isEqualTo(":" + gap(ROOM, goOn, "deleted", goOn));
  }

  /** Leaves a byte on its way, so that the connection takes no more. */
  private void fill() {
    bed.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(0, 0));
    bed.connection.write(Unpooled.wrappedBuffer(new byte[] {':'}));
  }

  private void drain() {
    bed.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(16 << 10, 32 << 10));
    bed.connection.flush();
    bed.settle();
  }

  @Test
  @Proves("BEAT-4")
  void aClientThatTakesNothingMissesNothing() {
    open(head(ROOM));
    bed.publish(ROOM, "0");
    sent();
    fill();
    for (int i = 1; i <= 4; i++) {
      bed.publish(ROOM, "" + i);
    }
    assertThat(bed.connection.bytesPending()).isLessThan(200);

    drain();

    assertThat(EventStream.of(sent().substring(1)).messages())
        .extracting(EventStream.Message::data)
        .containsExactly("1", "2", "3", "4");
  }

  @Test
  @Proves({"SSE-8", "BEAT-1"})
  void beatsWithACommentThatEndsNoBlock() {
    open(head(ROOM));
    sent();

    bed.loops.advance(25_200);
    assertThat(sent()).isEqualTo(":\n");

    bed.loops.advance(100_000);
    assertThat(sent()).isEqualTo(":\n".repeat(4));
  }

  @Test
  @Proves("SSE-8")
  void beatsWithAnEventIfAsked() {
    beatEvents = true;
    open(head(ROOM));
    sent();

    bed.loops.advance(25_200);

    assertThat(sent()).isEqualTo("event: sluice.beat\ndata: {}\n\n");
  }

  @Test
  @Proves("SSE-11")
  void endsWithABlockThatSaysWhy() {
    SseStream stream = open(head(ROOM));
    sent();

    bed.loops.on(0, () -> stream.close(CloseReason.DRAINING));

    assertThat(said())
        .isEqualTo(
            "retry: N\nevent: sluice.close\ndata: {\"reason\":\"draining\",\"retry\":N}\n\n");
    assertThat(bed.hub.readers(ROOM)).isZero();
    bed.publish(ROOM, "too late");
    assertThat(sent()).isEmpty();
  }

  @Test
  @Proves({"SSE-10", "SSE-11"})
  void aStreamThatEndsBeforeItKnowsAnyPositionTakesNoneFromTheClient() {
    bed.admission.enter();
    SubscribeRequest request =
        new SubscribeRequest(Transport.SSE, List.of(head(ROOM)), false, false, false, 1, 0);
    SseStream stream = new SseStream(loop, bed.connection, WebSocketBed.route(), request);
    bed.loops.on(0, stream::start);

    bed.loops.on(0, () -> stream.close(CloseReason.UNAVAILABLE));

    assertThat(said())
        .isEqualTo(
            "retry: N\nevent: sluice.close\ndata: {\"reason\":\"unavailable\",\"retry\":N}\n\n");
  }

  @Test
  @Proves("SSE-7")
  void theRetryIsDrawnFromTheRangeOfTheRoute() {
    Route.Push route = WebSocketBed.route();
    Set<Long> drawn = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      EmbeddedChannel channel = new EmbeddedChannel();
      SseStream.turnAway(loop, NettyConnection.on(channel), route, CloseReason.OVERLOADED);
      String retry = EventStream.of(sent(channel)).retry();
      assertThat(Long.parseLong(retry)).isBetween(1000L, 5000L);
      drawn.add(Long.parseLong(retry));
      channel.close();
      channel.runPendingTasks();
    }
    assertThat(drawn).hasSizeGreaterThan(40);
  }

  @Test
  @Proves("SSE-10")
  void turnsAwayWithAStreamThatSaysWhy() {
    SseStream.turnAway(loop, bed.connection, WebSocketBed.route(), CloseReason.OVERLOADED);

    assertThat(said())
        .isEqualTo(
            "retry: N\nevent: sluice.close\ndata: {\"reason\":\"overloaded\",\"retry\":N}\n\n");
    assertThat(bed.metrics.connectionsRefused.labelValues("sse", "overloaded").get()).isEqualTo(1);
  }

  @Test
  @Proves("BEAT-5")
  void aClientThatLeavesFreesEverything() {
    open(head(ROOM));
    assertThat(bed.hub.readers(ROOM)).isEqualTo(1);

    bed.channel.close();
    bed.settle();

    assertThat(bed.hub.readers(ROOM)).isZero();
    assertThat(loop.wheel().size()).isZero();
    assertThat(bed.metrics.connectionsClosed.labelValues("sse", "client-left").get()).isEqualTo(1);
  }
}
