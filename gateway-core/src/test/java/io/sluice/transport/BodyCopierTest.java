package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What a handler gets of bodies. */
@NullMarked
final class BodyCopierTest {

  private final EmbeddedChannel channel = new EmbeddedChannel(new BodyCopier());

  private static ByteBuf pooled(String text) {
    return PooledByteBufAllocator.DEFAULT.buffer().writeBytes(text.getBytes(ISO_8859_1));
  }

  /** As in one read. */
  private void read(Object... messages) {
    for (Object message : messages) {
      channel.pipeline().fireChannelRead(message);
    }
    channel.pipeline().fireChannelReadComplete();
  }

  private Object message() {
    return channel.readInbound();
  }

  private String next() {
    HttpContent content = channel.readInbound();
    return content.content().toString(ISO_8859_1);
  }

  @Test
  void smallPiecesOfOneReadBecomeOneAndStayBeforeWhatFollows() {
    ByteBuf first = pooled("a");
    ByteBuf second = pooled("b");
    LastHttpContent end = new DefaultLastHttpContent(pooled("c"));
    end.trailingHeaders().set("X-Sum", "7");
    read(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/"),
        new DefaultHttpContent(first),
        new DefaultHttpContent(second),
        end);
    assertThat(message()).isInstanceOf(DefaultHttpRequest.class);
    assertThat(next()).isEqualTo("ab");
    LastHttpContent last = channel.readInbound();
    assertThat(last.content().toString(ISO_8859_1)).isEqualTo("c");
    assertThat(last.trailingHeaders().get("X-Sum")).isEqualTo("7");
    assertThat(first.refCnt() + second.refCnt() + end.refCnt()).isZero();
  }

  @Test
  void nothingIsKeptBackAtTheEndOfARead() {
    read(new DefaultHttpContent(pooled("a")));
    assertThat(next()).isEqualTo("a");
    read(new DefaultHttpContent(pooled("b")), LastHttpContent.EMPTY_LAST_CONTENT);
    assertThat(next()).isEqualTo("b");
    assertThat(message()).isSameAs(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  @Test
  void aLargePieceGoesOnAtOnce() {
    String large = "x".repeat(8 << 10);
    channel.pipeline().fireChannelRead(new DefaultHttpContent(pooled(large)));
    assertThat(next()).isEqualTo(large);
  }

  @Test
  void aPieceThatFailedComesBehindWhatWasRight() {
    HttpContent broken = new DefaultHttpContent(pooled("!"));
    broken.setDecoderResult(DecoderResult.failure(new IllegalStateException("broken")));
    read(new DefaultHttpContent(pooled("a")), broken);
    assertThat(next()).isEqualTo("a");
    HttpContent failed = channel.readInbound();
    assertThat(failed.decoderResult().isFailure()).isTrue();
  }
}
