package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.sluice.transport.SubscribeRequest.Asked;
import io.sluice.transport.SubscribeRequest.Input;
import io.sluice.transport.SubscribeRequest.Outcome;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class SubscribeRequestTest {

  private static final Route.Push ROUTE = route();
  private static final Position AT = new Position(3, 4, 5);
  private static final String ROOM = Cursor.part(Channel.hash("room"), AT);

  private @Nullable String lastEventId;
  private long preferredWait = -1;
  private boolean subprotocol;

  private static Route.Push route() {
    Route.Push usual = Route.Push.DEFAULT;
    return new Route.Push(
        null,
        List.of(new ChannelPattern("room"), new ChannelPattern("user-*")),
        usual.transports(),
        usual.origins(),
        usual.heartbeat(),
        usual.retryMin(),
        usual.retryMax(),
        usual.poll(),
        usual.history(),
        usual.compression());
  }

  private Outcome outcome(Transport transport, @Nullable String channel, String query) {
    RequestTarget target = RequestTarget.parse("/", query);
    assertThat(target).as("target of %s", query).isNotNull();
    return SubscribeRequest.read(
        new Input(transport, lastEventId, target.parameters(), preferredWait, subprotocol),
        ROUTE,
        channel);
  }

  private SubscribeRequest read(Transport transport, String query) {
    Outcome outcome = outcome(transport, "main", query);
    assertThat(outcome.problem()).isNull();
    SubscribeRequest request = outcome.request();
    assertThat(request).isNotNull();
    return request;
  }

  private Problem.Kind refused(Transport transport, @Nullable String channel, String query) {
    Problem problem = outcome(transport, channel, query).problem();
    assertThat(problem).as("problem of %s", query).isNotNull();
    return problem.kind();
  }

  private Problem.Kind refused(Transport transport, String query) {
    return refused(transport, "main", query);
  }

  private List<String> names(Transport transport, String query) {
    return read(transport, query).channels().stream().map(Asked::channel).toList();
  }

  /** Where the last channel begins. */
  private Start start(Transport transport, String query) {
    List<Asked> channels = read(transport, query).channels();
    return channels.get(channels.size() - 1).start();
  }

  @Example
  @Proves("NEG-3")
  void theWaitOfTheQueryCountsBeforeTheHeader() {
    preferredWait = 5;
    assertThat(read(Transport.LONG_POLL, "wait=9").waitSeconds()).isEqualTo(9);
    assertThat(read(Transport.LONG_POLL, "").waitSeconds()).isEqualTo(5);
    assertThat(read(Transport.LONG_POLL, "wait=99999999999").waitSeconds())
        .isEqualTo(99_999_999_999L);
    assertThat(read(Transport.POLL, "").waitSeconds()).isZero();
  }

  @ParameterizedTest
  @Proves("NEG-3")
  @ValueSource(strings = {"", "x", "-1", "1.5", "%2B1", "1e3", "9999999999999999999"})
  void aWaitThatIsNoWholeNumberIsRefused(String wait) {
    assertThat(refused(Transport.LONG_POLL, "wait=" + wait)).isEqualTo(Problem.Kind.BAD_REQUEST);
  }

  @Example
  @Proves("STA-1")
  void onlyTheFirstPresentStartCounts() {
    lastEventId = ROOM;
    assertThat(start(Transport.POLL, "channel=room&since=bad&rewind=bad"))
        .isEqualTo(new Start.After(AT));
    lastEventId = null;
    assertThat(start(Transport.POLL, "channel=room&since=" + ROOM + "&rewind=bad"))
        .isEqualTo(new Start.After(AT));
    assertThat(start(Transport.POLL, "channel=room&rewind=3")).isEqualTo(new Start.Rewind(3));
    assertThat(start(Transport.POLL, "channel=room")).isEqualTo(new Start.Head());
  }

  @ParameterizedTest
  @Proves("STA-2")
  @EnumSource(Transport.class)
  void anUnusableLastEventIdIsAGapAndAnEmptyOneIsAbsent(Transport transport) {
    for (String bad : List.of("0", "7", "hello", "2" + ROOM, ROOM + "x", ROOM + ".")) {
      lastEventId = bad;
      assertThat(start(transport, "wait=1")).as(bad).isEqualTo(new Start.Unusable());
    }
    lastEventId = "";
    assertThat(start(transport, "wait=1&rewind=2")).isEqualTo(new Start.Rewind(2));
  }

  @ParameterizedTest
  @Proves("CUR-3")
  @EnumSource(Transport.class)
  void aMalformedSinceIsRefusedButOnSse(Transport transport) {
    for (String bad : List.of("", "00", "0." + ROOM, "2" + ROOM.substring(1), ROOM + "x", "a.b")) {
      if (transport == Transport.SSE) {
        assertThat(start(transport, "since=" + bad)).isEqualTo(new Start.Unusable());
      } else {
        assertThat(refused(transport, "since=" + bad)).isEqualTo(Problem.Kind.BAD_CURSOR);
      }
    }
  }

  @ParameterizedTest
  @Proves("CUR-6")
  @EnumSource(Transport.class)
  void theCursorOfNoPositionIsAGapOnEveryTransport(Transport transport) {
    assertThat(start(transport, "wait=1&since=0")).isEqualTo(new Start.Unusable());
  }

  @Example
  @Proves("CUR-2")
  void foreignPartsAreIgnoredAndAChannelWithoutPartStartsAtTheHead() {
    String foreign = Cursor.part(Channel.hash("elsewhere"), AT);
    assertThat(read(Transport.POLL, "channel=room&since=" + foreign + "." + ROOM).channels())
        .containsExactly(
            new Asked("main", new Start.Head()), new Asked("room", new Start.After(AT)));
  }

  @ParameterizedTest
  @Proves("STA-3")
  @EnumSource(Transport.class)
  void aRewindIsAWholeNumberFromZero(Transport transport) {
    assertThat(start(transport, "wait=1&rewind=0")).isEqualTo(new Start.Rewind(0));
    for (String bad : List.of("", "-1", "x", "1.0")) {
      assertThat(refused(transport, "rewind=" + bad)).isEqualTo(Problem.Kind.BAD_REQUEST);
    }
  }

  @Example
  @Proves({"STA-1", "POL-2"})
  void tellsWhetherThereIsAStart() {
    assertThat(read(Transport.POLL, "").hasStart()).isFalse();
    assertThat(read(Transport.POLL, "rewind=0").hasStart()).isTrue();
    assertThat(read(Transport.POLL, "since=" + ROOM).hasStart()).isTrue();
  }

  @ParameterizedTest
  @Proves("SEL-1")
  @EnumSource(Transport.class)
  void onlySelectedChannelsAreReached(Transport transport) {
    assertThat(names(transport, "wait=1&format=json&channel=user-7&channel=room")).hasSize(3);
    assertThat(refused(transport, "format=json&channel=rooms")).isEqualTo(Problem.Kind.FORBIDDEN);
    assertThat(refused(transport, "format=json&channel=room&channel=x"))
        .isEqualTo(Problem.Kind.FORBIDDEN);
  }

  @ParameterizedTest
  @Proves("SEL-2")
  @EnumSource(Transport.class)
  void aRequestNamesAChannelUnlessSubscribeMayFollow(Transport transport) {
    assertThat(refused(transport, null, "wait=1")).isEqualTo(Problem.Kind.NO_CHANNEL);
    subprotocol = true;
    assertThat(outcome(Transport.WEBSOCKET, null, "").problem()).isNull();
  }

  @ParameterizedTest
  @Proves("SEL-3")
  @CsvSource({"POLL, 16", "LONG_POLL, 16", "SSE, 16", "WEBSOCKET, 128"})
  void channelsAreCountedOnceAndBounded(Transport transport, int max) {
    String most = channels(max - 1);
    assertThat(names(transport, "wait=1&format=json" + most + most))
        .hasSize(max)
        .doesNotHaveDuplicates();
    assertThat(refused(transport, "wait=1&format=json" + channels(max)))
        .isEqualTo(Problem.Kind.TOO_MANY_CHANNELS);
  }

  @Example
  @Proves("SEL-6")
  void twoChannelsThatLookAlikeInACursorAreRefused() {
    assertThat(refused(Transport.SSE, "format=json&channel=user-129599&channel=user-732382"))
        .isEqualTo(Problem.Kind.BAD_REQUEST);
  }

  private static String channels(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "&channel=user-" + i)
        .collect(Collectors.joining());
  }

  @Example
  @Proves("SEL-5")
  void severalChannelsNeedTheJsonFormWhereEventsHaveNoNames() {
    assertThat(names(Transport.POLL, "channel=room")).hasSize(2);
    for (Transport stream : List.of(Transport.SSE, Transport.WEBSOCKET)) {
      assertThat(refused(stream, "channel=room")).isEqualTo(Problem.Kind.FORMAT_REQUIRED);
      assertThat(names(stream, "channel=room&format=json")).hasSize(2);
      assertThat(refused(stream, "format=xml")).isEqualTo(Problem.Kind.BAD_REQUEST);
    }
    subprotocol = true;
    assertThat(names(Transport.WEBSOCKET, "channel=room")).hasSize(2);
  }

  @Example
  @Proves("SSE-8")
  void theHeartbeatIsACommentOrAnEvent() {
    assertThat(read(Transport.SSE, "").beatEvents()).isFalse();
    assertThat(read(Transport.SSE, "heartbeat=event").beatEvents()).isTrue();
    assertThat(refused(Transport.SSE, "heartbeat=5")).isEqualTo(Problem.Kind.BAD_REQUEST);
  }

  @Example
  @Proves("POL-4")
  void aLimitIsFromOneToThatOfTheRoute() {
    assertThat(read(Transport.POLL, "").limit()).isEqualTo(100);
    assertThat(read(Transport.POLL, "limit=1").limit()).isEqualTo(1);
    assertThat(read(Transport.POLL, "limit=100").limit()).isEqualTo(100);
    for (String bad : List.of("0", "101", "", "x", "-1")) {
      assertThat(refused(Transport.POLL, "limit=" + bad)).isEqualTo(Problem.Kind.BAD_REQUEST);
    }
  }

  @Example
  @Proves("NAM-1")
  void aBadChannelNameIsRefused() {
    String wide = "%C3%A9".repeat(128);
    for (String bad : List.of("", "user-%00", "user-%C2%85", "user-" + "x".repeat(251), wide)) {
      assertThat(refused(Transport.POLL, "channel=" + bad))
          .as(bad)
          .isEqualTo(Problem.Kind.BAD_CHANNEL);
    }
    assertThat(refused(Transport.POLL, "a\nb", "")).isEqualTo(Problem.Kind.BAD_CHANNEL);
    assertThat(names(Transport.POLL, "channel=user-" + "x".repeat(250))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"since", "rewind", "format", "heartbeat", "limit", "wait"})
  void aSingleParameterIsNotRepeated(String name) {
    assertThat(refused(Transport.LONG_POLL, name + "=1&" + name + "=1"))
        .isEqualTo(Problem.Kind.BAD_REQUEST);
  }

  @Example
  void namesAreDecodedOnce() {
    assertThat(names(Transport.POLL, "channel=user-%2541+b")).contains("user-%41 b");
  }

  @Property(tries = 500)
  void everyQueryIsReadOrRefused(@ForAll Transport transport, @ForAll String query) {
    RequestTarget target = RequestTarget.parse("/", query);
    if (target != null) {
      Outcome outcome = outcome(transport, "main", query);
      assertThat(outcome.request() == null).isNotEqualTo(outcome.problem() == null);
    }
  }
}
