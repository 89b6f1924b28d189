package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Polls that wait at one place share the bytes of their answer; no other does. */
@NullMarked
final class PollBodiesTest {

  private final PollBodies bodies = new PollBodies();

  private static ByteBuf entries(String json) {
    return Unpooled.copiedBuffer(json, StandardCharsets.UTF_8);
  }

  @Test
  void whatIsTheSameIsMadeOnce() {
    PollBodies.Body one = bodies.of(entries("{\"a\":1}"), "1abc");
    PollBodies.Body other = bodies.of(entries("{\"a\":1}"), "1abc");

    assertThat(other).isSameAs(one);
    assertThat(one.bytes().toString()).isEqualTo("{\"events\":[{\"a\":1}],\"next\":\"1abc\"}");
    assertThat(one.etag()).hasSize(18).startsWith("\"").endsWith("\"");
  }

  @Test
  void otherEntriesOrAnotherCursorAreAnotherAnswer() {
    PollBodies.Body one = bodies.of(entries("{\"a\":1}"), "1abc");
    PollBodies.Body next = bodies.of(entries("{\"a\":1}"), "1abd");
    PollBodies.Body entry = bodies.of(entries("{\"a\":2}"), "1abd");
    PollBodies.Body none = bodies.of(null, "1abd");

    assertThat(next.bytes().toString()).isEqualTo("{\"events\":[{\"a\":1}],\"next\":\"1abd\"}");
    assertThat(entry.bytes().toString()).isEqualTo("{\"events\":[{\"a\":2}],\"next\":\"1abd\"}");
    assertThat(none.bytes().toString()).isEqualTo("{\"events\":[],\"next\":\"1abd\"}");
    assertThat(one.etag()).isNotEqualTo(next.etag());
    assertThat(entry.etag()).isNotEqualTo(next.etag());
  }

  @Test
  void aLongAnswerIsNotKept() {
    String long1 = "\"" + "x".repeat(100_000) + "\"";
    PollBodies.Body one = bodies.of(entries(long1), "1abc");

    assertThat(bodies.of(entries(long1), "1abc"))
        .isNotSameAs(one)
        .extracting("etag")
        .isEqualTo(one.etag());
  }
}
