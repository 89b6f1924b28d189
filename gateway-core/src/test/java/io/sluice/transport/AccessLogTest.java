package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.channel.Start;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.Connections;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AccessLogTest {

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.sluice.access");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  private record Ended(Collection<String> channels, String cursor)
      implements Connections.Connection {
    @Override
    public Route.Push route() {
      return Route.Push.DEFAULT;
    }

    @Override
    public String id() {
      return "0123456789abcdef";
    }

    @Override
    public Transport transport() {
      return Transport.SSE;
    }

    @Override
    public String remote() {
      return "192.0.2.1:4711";
    }

    @Override
    public long openedMs() {
      return 0;
    }

    @Override
    public long events() {
      return 7;
    }

    @Override
    public void close(CloseReason reason) {}
  }

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  private String line(List<String> channels, String start) {
    AccessLog.write(
        new Ended(channels, "1end"), new AccessLog.Ending(start, "client-left", 1234, 56));
    return lines.list.get(lines.list.size() - 1).getFormattedMessage();
  }

  @Test
  void tellsAStreamInOneLine() {
    assertThat(line(List.of("room"), "1start"))
        .isEqualTo(
            "connection=0123456789abcdef transport=sse remote=192.0.2.1:4711 channels=1"
                + " channel=room start=1start end=1end events=7 bytes=1234 ms=56"
                + " reason=client-left");
  }

  @Test
  void tellsAStartByRewind() {
    Subscriptions rewound = new Subscriptions();
    rewound.add(new Subscription(new SubscribeRequest.Asked("room", new Start.Rewind(10))));

    assertThat(line(List.of("room"), rewound.begin())).contains(" start=rewind:10 end=1end ");
    assertThat(line(List.of("room"), new Subscriptions().begin())).contains(" start=- ");
  }

  @Test
  void quotesNamesThatWouldBreakTheLine() {
    assertThat(line(List.of("a b", "x=\"1\""), ""))
        .contains(" channels=2 channel=\"a b\" channel=\"x=\\\"1\\\"\" start=- ");
  }

  @Test
  void escapesWhatBreaksTheLineOrTurnsItsDirection() {
    assertThat(line(List.of("a\u2028b", "x\u202ey", "\udb40\udc41\u0007\ufeff"), ""))
        .contains(
            " channels=3 channel=\"a\\u2028b\" channel=\"x\\u202ey\""
                + " channel=\"\\udb40\\udc41\\u0007\\ufeff\" start=- ");
    assertThat(line(List.of("größe-🎉"), "")).contains(" channel=größe-🎉 ");
  }

  @Test
  void tellsOnlyTheNumberOfManyChannels() {
    assertThat(line(List.of("a", "b", "c", "d"), "")).contains(" channels=4 start=");
  }
}
