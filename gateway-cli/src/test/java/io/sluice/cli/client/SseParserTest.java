package io.sluice.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of HTML §9.2.6 and the gateway's own blocks. */
class SseParserTest {

  private final SseParser parser = new SseParser();

  @Test
  void joinsDataLines() {
    assertThat(blocks("data: YHOO", "data: +2", "data: 10", ""))
        .containsExactly(new SseParser.Block("message", "", "YHOO\n+2\n10"));
  }

  @Test
  void ignoresCommentsAndKeepsTheLastId() {
    assertThat(
            blocks(
                ": test stream",
                "",
                "data: first event",
                "id: 1",
                "",
                "data:second event",
                "id",
                "",
                "data:  third event",
                ""))
        .containsExactly(
            new SseParser.Block("message", "1", "first event"),
            new SseParser.Block("message", "", "second event"),
            new SseParser.Block("message", "", " third event"));
  }

  @Test
  void dispatchesEmptyDataButNoBlockWithoutData() {
    assertThat(blocks("data", "", "data", "data", ""))
        .extracting(SseParser.Block::data)
        .containsExactly("", "\n");
    assertThat(blocks("event: x", "id: 7", "", "retry: 5", "")).isEmpty();
  }

  @Test
  void readsTheOpeningBlock() {
    assertThat(blocks("retry: 2117", "event: sluice.open", "id: 1ab", "data: {}", ""))
        .containsExactly(new SseParser.Block("sluice.open", "1ab", "{}"));
    assertThat(parser.retryMs()).isEqualTo(2117);
  }

  @Test
  void ignoresWhatItDoesNotKnow() {
    blocks("retry: 1s", "retry:", "colour: red", "id: a\0b", "");
    assertThat(parser.retryMs()).isEqualTo(-1);
    assertThat(blocks("data: x", "")).containsExactly(new SseParser.Block("message", "", "x"));
  }

  private List<SseParser.Block> blocks(String... lines) {
    List<SseParser.Block> blocks = new ArrayList<>();
    for (String line : lines) {
      SseParser.Block block = parser.onLine(line);
      if (block != null) {
        blocks.add(block);
      }
    }
    return blocks;
  }
}
