package io.sluice.http.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.Config;
import io.sluice.http.Problem;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A head without a connection is taken like one that came over it. */
final class InspectionTest {

  private static Inspection inspect(String head) {
    return Inspection.of(Config.Limits.DEFAULT, head.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void whatPassesIsWhatTheHandlerGets() {
    String head =
        "get http://a/x?y HTTP/1.1\r\nHost: a\r\nX_User: root\r\nX-A:  1 \r\nX-A: 2\r\n\r\n";
    Inspection.Passed passed = (Inspection.Passed) inspect(head);
    assertThat(passed.method()).isEqualTo("get");
    assertThat(passed.target()).isEqualTo("/x?y");
    assertThat(passed.headers().names()).containsExactlyInAnyOrder("Host", "X-A");
    assertThat(passed.headers().getAll("x-a")).containsExactly("1", "2");
  }

  @Test
  void whatAGuardRefusesIsRefusedWithItsProblem() {
    Inspection.Refused trace = (Inspection.Refused) inspect("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(trace.problem().kind()).isEqualTo(Problem.Kind.NOT_SUPPORTED);
    Inspection.Refused none = (Inspection.Refused) inspect("GET / HTTP/1.1\r\n\r\n");
    assertThat(none.problem().detail()).contains("no Host header");
  }

  @Test
  void moreOrLessThanOneHeadIsAMistakeOfTheCaller() {
    String head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    assertThatThrownBy(() -> inspect(head + "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> inspect(head.substring(0, 20)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
