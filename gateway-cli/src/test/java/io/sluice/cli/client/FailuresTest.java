package io.sluice.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
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
  void otherFailuresKeepTheirWords() {
    assertThat(Failures.text(new SocketException("Connection reset")))
        .isEqualTo("the connection was cut");
    assertThat(Failures.text(new ConnectException("refused"))).isEqualTo("nothing listens there");
    assertThat(Failures.text(new SSLHandshakeException("no trusted certificate found")))
        .isEqualTo("no trusted certificate found");
  }
}
