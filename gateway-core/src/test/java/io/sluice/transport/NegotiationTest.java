package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class NegotiationTest {

  @ParameterizedTest
  @Proves("NEG-2")
  @ValueSource(
      strings = {
        "text/event-stream",
        "TEXT/Event-Stream",
        "text/event-stream, application/json",
        "application/json;q=0.9, text/event-stream",
        "application/json;q=0.5,text/event-stream;q=0.5",
        "text/event-stream;charset=utf-8;q=0.001",
        "text/event-stream ; Q=\"0.3\"",
        "text/html;x=\"a,b;q=0\", text/event-stream",
        ",, text/event-stream",
        "application/json;q=0, text/event-stream;q=0.1, */*;q=1",
        "application/json;q=7, text/event-stream;q=0.1",
        "text/event-stream;q=0.2, text/event-stream;q=1., application/json;q=1.000",
      })
  void theseWantAStream(String accept) {
    assertThat(Negotiation.asksForEvents(List.of(accept))).isTrue();
  }

  @ParameterizedTest
  @Proves("NEG-2")
  @ValueSource(
      strings = {
        "",
        "*/*",
        "text/*",
        "application/json",
        "application/json, text/event-stream;q=0.9",
        "text/event-stream;q=0",
        "text/event-stream;q=0.000",
        "text/event-stream;q=",
        "text/event-stream;q=2",
        "text/event-stream;q=-1",
        "text/event-stream;q=0.1234",
        "text/event-stream;q=NaN",
        "text/event-streams",
        "x;y=\"text/event-stream",
        "\"text/event-stream\"",
      })
  void theseDoNot(String accept) {
    assertThat(Negotiation.asksForEvents(List.of(accept))).isFalse();
  }

  @Example
  @Proves("NEG-2")
  void severalLinesAreOneList() {
    assertThat(Negotiation.asksForEvents(List.of("application/json", "text/event-stream")))
        .isTrue();
    assertThat(Negotiation.asksForEvents(List.of())).isFalse();
  }

  @ParameterizedTest
  @Proves("NEG-3")
  @CsvSource(
      delimiter = '|',
      value = {
        "wait=10 | 10",
        "WAIT = 10 | 10",
        "wait=\"7\" | 7",
        "respond-async, wait=5;foo=bar | 5",
        "wait=3, wait=9 | 3",
        "wait=0 | 0",
        "handling=lenient | -1",
        "wait | -1",
        "wait= | -1",
        "wait=-1 | -1",
        "wait=+1 | -1",
        "wait=1.5 | -1",
        "wait=99999999999999999999 | -1",
        "await=5 | -1",
      })
  void theFirstWaitCounts(String prefer, long seconds) {
    assertThat(Negotiation.preferredWait(List.of(prefer))).isEqualTo(seconds);
  }

  @Property(tries = 500)
  void nothingIsTooStrangeToBeRead(@ForAll @CharRange(from = ' ', to = '~') String header) {
    Negotiation.asksForEvents(List.of(header, header));
    assertThat(Negotiation.preferredWait(List.of(header))).isGreaterThanOrEqualTo(-1);
  }
}
