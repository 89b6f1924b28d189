package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RequestFramingTest {

  private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

  private static String text(ByteBuf bytes) {
    String text = bytes.toString(StandardCharsets.ISO_8859_1);
    bytes.release();
    return text;
  }

  @Test
  void chunksHaveTheirSizesInHex() {
    assertThat(text(RequestFraming.chunkSize(1, ALLOCATOR))).isEqualTo("1\r\n");
    assertThat(text(RequestFraming.chunkSize(65_535, ALLOCATOR))).isEqualTo("ffff\r\n");
    assertThat(text(RequestFraming.chunkEnd(ALLOCATOR))).isEqualTo("\r\n");
  }

  @Test
  void theLastChunkHasTheTrailers() {
    assertThat(text(RequestFraming.end(EmptyHttpHeaders.INSTANCE, ALLOCATOR)))
        .isEqualTo("0\r\n\r\n");
    var trailers = new DefaultHttpHeaders().add("X-Sum", "caf\u00e9").add("x-sum", "");
    assertThat(text(RequestFraming.end(trailers, ALLOCATOR)))
        .isEqualTo("0\r\nX-Sum: caf\u00e9\r\nx-sum: \r\n\r\n");
  }

  @Test
  void noTrailerBeginsALine() {
    var unchecked =
        DefaultHttpHeadersFactory.headersFactory()
            .withValidation(false)
            .newHeaders()
            .add("a\r\nb", "1\r\n\r\nGET / HTTP/1.1\n\u010a");
    assertThat(text(RequestFraming.end(unchecked, ALLOCATOR)))
        .isEqualTo("0\r\na  b: 1    GET / HTTP/1.1 ?\r\n\r\n");
  }
}
