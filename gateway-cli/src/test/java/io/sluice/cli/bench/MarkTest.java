package io.sluice.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkTest {

  private final Mark mark = new Mark();
  private final List<String> found = new ArrayList<>();

  private void scan(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    mark.scan(
        bytes,
        0,
        bytes.readableBytes(),
        (lane, number, us) -> found.add(lane + "/" + number + "@" + us));
    assertThat(bytes.readerIndex()).isZero();
    bytes.release();
  }

  @Test
  void dataHasTheWantedLengthAndIsFoundAgain() {
    String data = Mark.data(7, 42, 123_456_789, 100);
    assertThat(data).hasSize(100).isEqualTo("#0700000042000123456789" + "x".repeat(77));
    scan("data: " + data + "\nid: 1abc\n\n");
    assertThat(found).containsExactly("7/42@123456789");
  }

  @Test
  void shortestDataIsTheMarkAlone() {
    assertThat(Mark.data(0, 1, 0, Mark.BYTES)).hasSize(Mark.BYTES);
  }

  @Test
  void isFoundWhereverTheStreamIsCut() {
    String stream =
        "a"
            + Mark.data(1, 2, 3, 30)
            + "##"
            + Mark.data(4, 5, 6, 23)
            + "#1 "
            + Mark.data(7, 8, 9, 40);
    for (int cut = 0; cut <= stream.length(); cut++) {
      found.clear();
      scan(stream.substring(0, cut));
      scan(stream.substring(cut));
      assertThat(found).as("cut at %d", cut).containsExactly("1/2@3", "4/5@6", "7/8@9");
    }
  }

  @Test
  void whatOnlyLooksLikeOneIsPassedOver() {
    scan("#123 #0700000042x #9900000001000000000000");
    assertThat(found).isEmpty();
  }
}
