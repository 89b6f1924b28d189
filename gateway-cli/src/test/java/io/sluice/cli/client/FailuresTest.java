package io.sluice.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FailuresTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "chunked transfer encoding, state: READING_LENGTH",
        "fixed content-length: 12, bytes received: 3",
        "EOF reached while reading",
        "closed"
      })
  void anAnswerThatEndsInItsMiddleIsACutConnection(String words) {
    assertThat(Failures.text(new CompletionException(new IOException(words))))
        .isEqualTo("the connection was cut");
  }

  @Test
  void aClosedWebSocketSaysTheReasonOrElseTheCode() {
    assertThat(WebSocketClient.words(1012, "draining")).isEqualTo("the gateway said draining");
    assertThat(WebSocketClient.words(1001, "")).isEqualTo("the gateway closed with 1001");
    assertThat(WebSocketClient.words(1006, "")).isEqualTo("the connection was cut");
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 301, 400, 404, 405, 410, 413, 414, 421, 426, 431, 451})
  void aStatusThatWouldComeAgainIsTheEnd(int status) {
    assertThat(Failures.ending(status, "", Duration.ZERO)).isInstanceOf(Ending.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504})
  void aStatusThatMayPassIsTriedAgain(int status) {
    assertThat(Failures.ending(status, "", Duration.ofSeconds(3)))
        .isEqualTo(new Ending.Again("HTTP " + status, Duration.ofSeconds(3)));
  }

  @Test
  void anotherContentTypeIsTheEnd() {
    assertThat(Failures.otherType(type("Text/Event-Stream; charset=utf-8"), "text/event-stream"))
        .isNull();
    assertThat(Failures.otherType(type("text/html"), "text/event-stream"))
        .isEqualTo(
            new Ending.Refused(
                "HTTP 200 with Content-Type text/html (expected text/event-stream):"
                    + " is this a push route?"));
  }

  private static HttpHeaders type(String value) {
    return HttpHeaders.of(Map.of("Content-Type", List.of(value)), (name, text) -> true);
  }

  @Test
  void otherFailuresKeepTheirWords() {
    assertThat(Failures.text(new SocketException("Connection reset")))
        .isEqualTo("the connection was cut");
    assertThat(Failures.text(new ConnectException("refused"))).isEqualTo("nothing listens there");
    assertThat(Failures.text(new SSLHandshakeException("no trusted certificate found")))
        .isEqualTo("no trusted certificate found");
  }
}
