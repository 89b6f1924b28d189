package io.sluice.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanTest {

  @Test
  void readersAreSpreadEvenlyAndCountedRight() {
    Plan.Shape shape = new Plan.Shape(10, List.of("a", "b", "c", "d"), 100);
    for (int channel = 0; channel < 4; channel++) {
      String name = shape.channels().get(channel);
      assertThat(shape.readersOf(channel))
          .isEqualTo(
              (int)
                  IntStream.range(0, 10)
                      .filter(reader -> shape.channelOf(reader).equals(name))
                      .count());
    }
  }

  @Test
  void channelStandsWhereTheTemplateSays() {
    assertThat(Plan.url("http://h:1/e/{channel}?c={channel}", "bench-1"))
        .hasToString("http://h:1/e/bench-1?c=bench-1");
  }
}
