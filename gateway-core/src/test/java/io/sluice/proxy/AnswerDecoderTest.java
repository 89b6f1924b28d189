package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AnswerDecoderTest {

  private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";

  private AnswerDecoder decoder = new AnswerDecoder();
  private EmbeddedChannel channel = new EmbeddedChannel(decoder);
  private final List<String> got = new ArrayList<>();

  /** Feeds bytes and notes what came out of them. */
  private void feed(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
      note(part);
      ReferenceCountUtil.release(part);
    }
  }

  private void note(Object part) {
    if (part instanceof HttpObject http && http.decoderResult().isFailure()) {
      got.add("failure");
      return;
    }
    if (part instanceof HttpResponse head) {
      got.add(Integer.toString(head.status().code()));
    }
    if (part instanceof HttpContent content && content.content().isReadable()) {
      got.add(content.content().toString(StandardCharsets.ISO_8859_1));
    }
    if (part instanceof LastHttpContent) {
      got.add("end");
    }
  }

  @Test
  void readsOneAnswerAndNothingAfterIt() {
    decoder.expect(HttpMethod.GET);
    feed(GOOD + GOOD);
    assertThat(got).containsExactly("200", "good", "end");
    assertThat(decoder.hasExcess()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void takesNothingForAnAnswerThatWasNotAskedFor() {
    feed(GOOD);
    assertThat(got).isEmpty();
    assertThat(decoder.hasExcess()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void readsAnotherAnswerForAnotherRequest() {
    for (int i = 0; i < 3; i++) {
      decoder.expect(HttpMethod.GET);
      feed(GOOD);
    }
    assertThat(got).hasSize(9);
    assertThat(decoder.hasExcess()).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void interimAnswersComeBeforeTheAnswer() {
    decoder.expect(HttpMethod.GET);
    feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: a\r\n\r\n" + GOOD);
    assertThat(got).containsExactly("100", "end", "103", "end", "200", "good", "end");
    assertThat(decoder.hasExcess()).isFalse();
    channel.finishAndReleaseAll();
  }

  @Test
  void anAnswerToHeadHasNoBody() {
    decoder.expect(HttpMethod.HEAD);
    feed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
    assertThat(got).containsExactly("100", "end", "200", "end");
    feed("good");
    assertThat(decoder.hasExcess()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void whatFollowsAChangeOfProtocolIsNoHttp() {
    decoder.expect(HttpMethod.GET);
    feed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    assertThat(got).startsWith("101", "end").doesNotContain("200");
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http/1.1 200 OK||",
        "Http/1.1 200 OK||",
        "HTTP/1.2 200 OK||",
        "HTTP/01.1 200 OK||",
        "HTTP/1.1 +200 OK||",
        "HTTP/1.1 0200 OK||",
        "HTTP/1.1 20 OK||",
        "HTTP/1.1 -20 OK||",
        "HTTP/1.1 2\u00b20 OK||",
        "HTTP/1.1 200 O\0K||",
        "HTTP/1.1 200 O\u007fK||",
        "HTTP/1.1 200 O\u001bK||",
        "HTTP/1.1 200 OK|X Y: ab||",
        "HTTP/1.1 200 OK|X\tY: ab||",
        "HTTP/1.1 200 OK|X  Y : ab||",
        "HTTP/1.1 200 OK|Transfer Encoding: chunked||",
        "HTTP/1.1 200 OK| X: ab||",
        "HTTP/1.1 200 OK|: ab||",
        "HTTP/1.1 200 OK|X\0: ab||",
        "HTTP/1.1 200 OK|X: a\0b||",
      })
  void aHeadThatIsReadInTwoWaysIsNoAnswer(String head) {
    decoder.expect(HttpMethod.GET);
    feed(head.replace("|", "\r\n"));
    assertThat(got).first().isEqualTo("failure");
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK||",
        "HTTP/1.0 200||",
        "HTTP/1.1 200 ||",
        "HTTP/1.1 200 Sch\u00f6n\tso||",
        "HTTP/1.1 200 OK|X: ab||",
        "HTTP/1.1 200 OK|X : ab||",
        "HTTP/1.1 200 OK|X \t:ab||",
        "HTTP/1.1 200 OK|X:||",
        "HTTP/1.1 200 OK|X_Y.Z: a b||",
      })
  void aHeadThatHasOneReadingIsTaken(String head) {
    decoder.expect(HttpMethod.GET);
    feed(head.replace("|", "\r\n"));
    assertThat(got).containsExactly("200");
    channel.finishAndReleaseAll();
  }

  @Test
  void aTrailerWithABlankInItsNameIsNoTrailer() {
    decoder.expect(HttpMethod.GET);
    feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX Y: ab\r\n\r\n");
    assertThat(got).containsExactly("200", "failure");
    channel.finishAndReleaseAll();
  }

  @Property(tries = 300)
  void neverGivesMoreThanOneFinalAnswerHoweverTheBytesAreCut(@ForAll long seed) {
    Random random = new Random(seed);
    StringBuilder bytes = new StringBuilder();
    String[] parts = {
      GOOD,
      "HTTP/1.1 102 P\r\n\r\n",
      "0\r\n\r\n",
      "\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "4\r\ngood\r\n",
      "HTTP/1.1 204 N\r\n\r\n",
      "x",
      "HTTP/1.1 500 E\r\nContent-Length: 0\r\n\r\n"
    };
    for (int i = random.nextInt(6) + 1; i > 0; i--) {
      bytes.append(parts[random.nextInt(parts.length)]);
    }
    decoder = new AnswerDecoder();
    channel = new EmbeddedChannel(decoder);
    got.clear();
    decoder.expect(HttpMethod.GET);
    for (int at = 0; at < bytes.length(); ) {
      int next = Math.min(bytes.length(), at + 1 + random.nextInt(20));
      feed(bytes.substring(at, next));
      at = next;
    }
    assertThat(got.stream().filter(each -> each.matches("[2-5]\\d\\d")))
        .hasSizeLessThanOrEqualTo(1);
    channel.finishAndReleaseAll();
  }
}
