package io.sluice.transport;

import static io.sluice.transport.WebSocketBed.ROOM;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.Proves;
import io.sluice.channel.Position;
import io.sluice.config.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Event streams of several channels, beside each other. */
class SharedIdsTest {

  private final WebSocketBed bed = new WebSocketBed();
  private final List<EmbeddedChannel> open = new ArrayList<>();

  @AfterEach
  void giveBack() {
    open.forEach(EmbeddedChannel::close);
    bed.settle();
    bed.transport.loop().close();
  }

  private EmbeddedChannel open(String... channels) {
    EmbeddedChannel channel = new EmbeddedChannel();
    open.add(channel);
    bed.admission.enter();
    SubscribeRequest request =
        new SubscribeRequest(
            Transport.SSE,
            Stream.of(channels).map(WebSocketBed::head).toList(),
            false,
            true,
            false,
            1,
            0);
    SseStream stream =
        new SseStream(
            bed.transport.loop(), NettyConnection.on(channel), WebSocketBed.route(), request);
    bed.loops.on(0, stream::start);
    bed.settle();
    sent(channel);
    return channel;
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

  private static List<String> ids(EmbeddedChannel channel) {
    return sent(channel)
        .lines()
        .filter(line -> line.startsWith("id: "))
        .map(line -> line.substring(4))
        .toList();
  }

  @Test
  @Proves("SSE-6")
  void streamsThatStandAlikeGetTheSameIdsAndOthersTheirOwn() {
    Position before = bed.publish("news-1", "before");
    Position other = bed.publish("news-2", "before");
    EmbeddedChannel one = open(ROOM, "news-1");
    EmbeddedChannel same = open(ROOM, "news-1");
    EmbeddedChannel turned = open("news-1", ROOM);
    EmbeddedChannel elsewhere = open(ROOM, "news-2");
    EmbeddedChannel three = open(ROOM, "news-1", "news-2");

    String room = PushBed.part(ROOM, bed.publish(ROOM, "1"));
    String news1 = PushBed.part("news-1", before);
    String news2 = PushBed.part("news-2", other);
    assertThat(ids(one)).containsExactly(room + "." + news1);
    assertThat(ids(same)).containsExactly(room + "." + news1);
    assertThat(ids(turned)).containsExactly(news1 + "." + room);
    assertThat(ids(elsewhere)).containsExactly(room + "." + news2);
    assertThat(ids(three)).containsExactly(room + "." + news1 + "." + news2);

    // Once one channel has moved, the same events of another have other ids.
    String moved = PushBed.part("news-1", bed.publish("news-1", "2"));
    assertThat(ids(one)).containsExactly(room + "." + moved);
    assertThat(ids(elsewhere)).isEmpty();
    String next = PushBed.part(ROOM, bed.publish(ROOM, "3"));
    assertThat(ids(same)).containsExactly(room + "." + moved, next + "." + moved);
    assertThat(ids(elsewhere)).containsExactly(next + "." + news2);
  }
}
