package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class HeadWriterTest {

  private final HeadWriter writer = new HeadWriter();

  private String end() {
    ByteBuf head = writer.end(UnpooledByteBufAllocator.DEFAULT);
    String text = head.toString(StandardCharsets.ISO_8859_1);
    head.release();
    return text;
  }

  @Test
  void writesAHeadByteForByte() {
    writer.begin("GET", "/a?b");
    writer.line(AsciiString.of("host"), "a");
    writer.line("X-Name", new AsciiString("caf\u00e9", StandardCharsets.ISO_8859_1));
    assertThat(end()).isEqualTo("GET /a?b HTTP/1.1\r\nhost: a\r\nX-Name: caf\u00e9\r\n\r\n");
  }

  @Test
  void noTextBeginsALine() {
    writer.begin("GET\r\nA: 1", "/\nB: 2");
    writer.line("C\rD: 3", AsciiString.of("4\r\n\r\nGET /e HTTP/1.1"));
    writer.line("x", "\u0000\u010a\u010d"); // whose low bytes would be ends of lines
    assertThat(end())
        .isEqualTo("GET  A: 1 / B: 2 HTTP/1.1\r\nC D: 3: 4    GET /e HTTP/1.1\r\nx:  ??\r\n\r\n");
  }

  @Test
  void aLargeHeadIsWholeAndTheNextStartsAnew() {
    String large = "x".repeat(100_000);
    writer.begin("GET", "/");
    writer.line("cookie", large);
    assertThat(end()).isEqualTo("GET / HTTP/1.1\r\ncookie: " + large + "\r\n\r\n");
    writer.begin("PUT", "/b");
    assertThat(end()).isEqualTo("PUT /b HTTP/1.1\r\n\r\n");
  }
}
