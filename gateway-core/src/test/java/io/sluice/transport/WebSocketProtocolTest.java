package io.sluice.transport;

import static io.sluice.transport.WebSocketBed.ROOM;
import static io.sluice.transport.WebSocketBed.head;
import static io.sluice.transport.WebSocketBed.part;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.sluice.Proves;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The conversation of {@code sluice.v1.json}, with ' for " in all JSON. */
class WebSocketProtocolTest {

  private final WebSocketBed bed = new WebSocketBed();

  @AfterEach
  void leavesNothingBehind() {
    bed.channel.close();
    bed.settle();
    bed.sent();
    assertThat(bed.connections.size()).isZero();
    assertThat(bed.hub.readers(ROOM)).isZero();
    assertThat(bed.hub.readers("news-1")).isZero();
    assertThat(bed.transport.loop().wheel().size()).isZero();
  }

  /** Opens and lets the greeting pass. */
  private void open(SubscribeRequest.Asked... channels) {
    bed.open(WebSocketMode.PROTOCOL, channels);
    assertThat(bed.said()).hasSize(1);
  }

  private static String event(String channel, Position position, String data) {
    return "text {'channel':'"
        + channel
        + "','cursor':'"
        + part(channel, position)
        + "','time':'2023-11-14T22:13:20.000Z','data':'"
        + data
        + "'}";
  }

  private static String subscribed(String channel, String part) {
    return "text {'op':'subscribed','channel':'" + channel + "','cursor':'" + part + "'}";
  }

  @Test
  @Proves({"WS-9", "CUR-5"})
  void greetsWithEveryChannelAndItsPosition() {
    Position room = bed.publish(ROOM, "1");
    Position news = bed.publish("news-1", "1");

    WebSocketStream stream = bed.open(WebSocketMode.PROTOCOL, head(ROOM), head("news-1"));

    assertThat(bed.said())
        .containsExactly(
            "text {'op':'hello','connection':'"
                + stream.presence().id()
                + "','heartbeat':25000,'channels':['room','news-1'],'cursor':'"
                + part(ROOM, room)
                + "."
                + part("news-1", news)
                + "'}");
  }

  @Test
  @Proves({"WS-9", "SEL-2"})
  void greetsAClientWithoutChannels() {
    WebSocketStream stream = bed.open(WebSocketMode.PROTOCOL);

    assertThat(bed.said())
        .containsExactly(
            "text {'op':'hello','connection':'"
                + stream.presence().id()
                + "','heartbeat':25000,'channels':[],'cursor':''}");
  }

  @Test
  @Proves({"WS-9", "CUR-5", "GAP-1", "JSN-3"})
  void greetsWithTheClientsOwnPartWhereAGapFollows() {
    Position lost = bed.publish(ROOM, "1");
    Position goOn = bed.publish(ROOM, "2");
    Position third = bed.publish(ROOM, "3");
    for (int i = 4; i <= 7; i++) {
      bed.publish(ROOM, "" + i);
    }

    bed.open(WebSocketMode.PROTOCOL, new SubscribeRequest.Asked(ROOM, new Start.After(lost)));

    List<String> said = bed.said();
    assertThat(said).hasSize(7);
    assertThat(said.get(0)).endsWith(",'cursor':'" + part(ROOM, lost) + "'}");
    assertThat(said.get(1))
        .isEqualTo("text {'channel':'room','cursor':'" + part(ROOM, goOn) + "','gap':'trimmed'}");
    assertThat(said.get(2)).isEqualTo(event(ROOM, third, "3"));
  }

  @Test
  @Proves("WS-9")
  void greetsWithAnUnusableCursorWhereTheClientHadOne() {
    bed.publish(ROOM, "1");

    bed.open(WebSocketMode.PROTOCOL, new SubscribeRequest.Asked(ROOM, new Start.Unusable()));

    List<String> said = bed.said();
    assertThat(said).hasSize(2);
    assertThat(said.get(0)).endsWith(",'cursor':'0'}");
    assertThat(said.get(1)).contains("'gap':'unknown'");
  }

  @Test
  @Proves({"WS-10", "JSN-1"})
  void subscribesToAnotherChannelWhoseEventsFollow() {
    open(head(ROOM));
    Position before = bed.publish("news-1", "before");

    bed.command("{'op':'subscribe','channel':'news-1','ref':'a1'}");
    Position after = bed.publish("news-1", "after");

    assertThat(bed.said())
        .containsExactly(
            "text {'op':'subscribed','channel':'news-1','cursor':'"
                + part("news-1", before)
                + "','ref':'a1'}",
            event("news-1", after, "after"));
  }

  @Test
  @Proves("WS-10")
  void subscribesFromACursorOrSomeEventsBack() {
    open();
    Position first = bed.publish("news-1", "1");
    Position second = bed.publish("news-1", "2");
    Position third = bed.publish("news-1", "3");

    bed.command("{'op':'subscribe','channel':'news-1','since':'" + part("news-1", second) + "'}");
    assertThat(bed.said())
        .containsExactly(subscribed("news-1", part("news-1", second)), event("news-1", third, "3"));
    bed.command("{'op':'unsubscribe','channel':'news-1'}");
    bed.said();
    bed.command("{'op':'subscribe','channel':'news-1','rewind':2}");

    assertThat(bed.said())
        .containsExactly(
            subscribed("news-1", part("news-1", first)),
            event("news-1", second, "2"),
            event("news-1", third, "3"));
  }

  @Test
  @Proves({"WS-10", "CUR-5"})
  void answersWithTheClientsOwnPartWhereAGapFollows() {
    open();
    Position lost = bed.publish("news-1", "1");
    for (int i = 2; i <= 7; i++) {
      bed.publish("news-1", "" + i);
    }

    bed.command("{'op':'subscribe','channel':'news-1','since':'" + part("news-1", lost) + "'}");

    List<String> said = bed.said();
    assertThat(said.get(0)).isEqualTo(subscribed("news-1", part("news-1", lost)));
    assertThat(said.get(1)).contains("'gap':'trimmed'");
    assertThat(said).hasSize(7);
  }

  @Test
  @Proves("WS-11")
  void sendsNothingOfAChannelAfterItWasUnsubscribed() {
    open(head(ROOM));

    bed.command("{'op':'unsubscribe','channel':'room','ref':'r'}");
    bed.publish(ROOM, "unseen");

    assertThat(bed.said()).containsExactly("text {'op':'unsubscribed','channel':'room','ref':'r'}");
  }

  @Test
  @Proves("WS-12")
  void resumesAChannelWhetherItIsReadOrNot() {
    open(head(ROOM));
    Position first = bed.publish(ROOM, "1");
    Position second = bed.publish(ROOM, "2");
    bed.said();

    bed.command("{'op':'resume','channel':'room','since':'" + part(ROOM, first) + "'}");
    assertThat(bed.said())
        .containsExactly(subscribed(ROOM, part(ROOM, first)), event(ROOM, second, "2"));
    bed.command("{'op':'unsubscribe','channel':'room'}");
    bed.command("{'op':'resume','channel':'room','since':'" + part(ROOM, first) + "'}");

    assertThat(bed.said())
        .containsExactly(
            "text {'op':'unsubscribed','channel':'room'}",
            subscribed(ROOM, part(ROOM, first)),
            event(ROOM, second, "2"));
    assertThat(bed.hub.readers(ROOM)).isOne();
  }

  @Test
  void answersInOrderAlsoWhenCommandsFollowAtOnce() {
    open(head(ROOM));

    bed.send(
        ClientFrames.text("{\"op\":\"subscribe\",\"channel\":\"news-1\"}"),
        ClientFrames.text("{\"op\":\"unsubscribe\",\"channel\":\"news-1\"}"),
        ClientFrames.text("{\"op\":\"subscribe\",\"channel\":\"news-1\"}"),
        ClientFrames.text("{\"op\":\"ping\"}"));

    assertThat(bed.said())
        .extracting(frame -> frame.replaceAll(".*'op':'([a-z]+)'.*", "$1"))
        .containsExactly("subscribed", "unsubscribed", "pong", "subscribed");
  }

  @Test
  @Proves({"WS-13", "WS-14"})
  void answersPingAndMessage() {
    open();

    bed.command("{'op':'ping'}");
    bed.command("{'op':'ping','ref':'7'}");
    bed.command("{'op':'message','channel':'room','data':{'a':[1,{'b':2}]},'ref':'8'}");

    assertThat(bed.said())
        .containsExactly(
            "text {'op':'pong'}",
            "text {'op':'pong','ref':'7'}",
            "text {'op':'error','error':'not-configured','detail':'nobody receives the messages"
                + " of clients here','channel':'room','ref':'8'}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "already-subscribed | {'op':'subscribe','channel':'room','ref':'r'}",
        "not-subscribed     | {'op':'unsubscribe','channel':'news-1','ref':'r'}",
        "forbidden          | {'op':'subscribe','channel':'secret','ref':'r'}",
        "forbidden          | {'op':'resume','channel':'secret','since':'0','ref':'r'}",
        "bad-cursor         | {'op':'subscribe','channel':'news-1','since':'nonsense','ref':'r'}",
        "bad-channel        | {'op':'subscribe','channel':'','ref':'r'}",
        "unknown-op         | {'op':'dance','ref':'r'}",
        "bad-message        | {'op':'resume','channel':'room','ref':'r'}",
        "bad-message        | {'op':'subscribe','ref':'r'}",
        "bad-message        | {'op':'subscribe','channel':7,'ref':'r'}",
        "bad-message        | {'op':'subscribe','channel':'news-1','rewind':-1,'ref':'r'}",
        "bad-message        | {'op':'subscribe','channel':'news-1','rewind':1.5,'ref':'r'}",
        "bad-message        | {'op':'subscribe','channel':'news-1','since':'1','rewind':1,'ref':'r'}",
        "bad-message        | {'op':{'a':1},'ref':'r'}",
        "bad-message        | {'ref':'r'}",
        "bad-message        | {'ref':'r','op':'ping','op':'ping'}",
        "bad-message        | {'ref':'r','op':'ping'} {}",
        "bad-message        | {'ref':'r','op':'ping'",
      })
  @Proves({"WS-10", "WS-11", "WS-14", "SEL-1", "CUR-3"})
  void answersAnErrorAndGoesOn(String slug, String command) {
    open(head(ROOM));

    bed.command(command);
    bed.command("{'op':'ping'}");

    List<String> said = bed.said();
    assertThat(said).hasSize(2);
    assertThat(said.get(0))
        .startsWith("text {'op':'error','error':'" + slug + "','detail':'")
        .endsWith(",'ref':'r'}");
    assertThat(said.get(1)).isEqualTo("text {'op':'pong'}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "[]",
        "null",
        "{'op':'ping','ref':'"
            + "x1234567"
            + "x1234567x1234567x1234567x1234567"
            + "x1234567x1234567x1234567x'}",
        "{'op':'ping','deep':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"
      })
  @Proves("WS-14")
  void answersWhatIsNoCommandWithBadMessage(String message) {
    open();

    bed.command(message);

    assertThat(bed.said())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("text {'op':'error','error':'bad-message','detail':'");
    assertThat(bed.connections.size()).isOne();
  }

  @Test
  @Proves("SEL-3")
  void refusesTheChannelAboveTheMost() {
    open();
    for (int i = 0; i < SubscribeRequest.MAX_WEBSOCKET_CHANNELS; i++) {
      bed.loops.advance(20);
      bed.command("{'op':'subscribe','channel':'news-" + i + "'}");
    }
    assertThat(bed.said()).hasSize(SubscribeRequest.MAX_WEBSOCKET_CHANNELS);

    bed.command("{'op':'subscribe','channel':'news-x'}");

    assertThat(bed.said().get(0)).contains("'error':'too-many-channels'");
    assertThat(bed.hub.readers("news-x")).isZero();
  }

  @Test
  @Proves("SEL-6")
  void refusesAChannelThatLooksLikeAnother() {
    open();
    bed.command("{'op':'subscribe','channel':'news-512789'}");
    bed.said();

    bed.command("{'op':'subscribe','channel':'news-749192'}");

    assertThat(bed.said().get(0)).contains("'error':'bad-request'");
    assertThat(bed.hub.readers("news-749192")).isZero();
  }

  @Test
  @Proves("WS-14")
  void closesABinaryMessage() {
    open(head(ROOM));

    bed.send(ClientFrames.frame(0x82, "00"));

    assertThat(bed.said()).containsExactly("close 1003 unsupported-data");
  }

  @Test
  @Proves("WS-15")
  void beatsWithAPingAndAMessage() {
    open(head(ROOM));

    bed.loops.advance(25_100);

    assertThat(bed.said()).startsWith("ping", "text {'op':'beat'}");
  }

  @Test
  @Proves("LIM-2")
  void answersNoFasterThanTheRateAndDropsNothing() {
    open();
    byte[][] pings = new byte[250][];
    for (int i = 0; i < pings.length; i++) {
      pings[i] = ClientFrames.text("{\"op\":\"ping\",\"ref\":\"" + i + "\"}");
    }

    bed.send(pings);
    assertThat(bed.said()).hasSize(100);
    assertThat(bed.channel.config().isAutoRead()).isFalse();
    bed.loops.advance(1_100);
    assertThat(bed.said()).hasSize(100);
    bed.loops.advance(1_100);

    assertThat(bed.said()).hasSize(50).last().isEqualTo("text {'op':'pong','ref':'249'}");
    assertThat(bed.channel.config().isAutoRead()).isTrue();
    assertThat(bed.metrics.limitsHit.labelValues("websocket.max-message-rate").get()).isPositive();
  }

  @Test
  void readsNothingMoreFromAClientThatDoesNotTakeTheAnswers() {
    WebSocketStream stream = bed.open(WebSocketMode.PROTOCOL);
    assertThat(bed.said()).hasSize(1);
    bed.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
    bed.connection.write(Unpooled.copyShort(0x8900));

    bed.loops.on(
        0,
        () -> {
          stream.onPing(Unpooled.EMPTY_BUFFER);
        });
    assertThat(bed.channel.config().isAutoRead()).isFalse();
    bed.connection.flush();
    bed.settle();

    assertThat(bed.channel.config().isAutoRead()).isTrue();
    assertThat(bed.said()).containsExactly("ping", "pong ");
  }
}
