package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers to what clients offer. */
final class WebSocketExtensionsTest {

  private static final String YES =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static String answer(String... lines) {
    var offers = WebSocketExtensions.offers(List.of(lines));
    return offers == null ? "malformed" : String.valueOf(WebSocketExtensions.accept(offers));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits", // Chromium, Firefox, ws
        "permessage-deflate; client_max_window_bits=15",
        "permessage-deflate; client_max_window_bits=8",
        "permessage-deflate; client_max_window_bits=\"10\"",
        "permessage-deflate; client_max_window_bits=\"1\\0\"",
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "permessage-deflate;client_no_context_takeover;client_max_window_bits",
        "  permessage-deflate  ;  client_max_window_bits = 9  ",
        ", permessage-deflate,",
        "x-webkit-deflate-frame, permessage-deflate",
        "mux; max-channels=4; flow-control=\"a\", permessage-deflate; client_max_window_bits",
        // Several offers: the first that can be met.
        "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        "permessage-deflate; unheard_of, permessage-deflate; client_max_window_bits",
        "permessage-deflate, permessage-deflate; server_max_window_bits=15",
      })
  @Proves("WS-17")
  void acceptsWithoutContextTakeover(String offer) {
    assertThat(answer(offer)).isEqualTo(YES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=\"15\"; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=9, permessage-deflate; server_max_window_bits=15",
      })
  @Proves("WS-17")
  void answersAWindowThatItHas(String offer) {
    assertThat(answer(offer)).isEqualTo(YES + "; server_max_window_bits=15");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mux",
        "permessage-bzip2",
        "x-webkit-deflate-frame",
        "PerMessage-Deflate",
        "permessage-deflate; server_max_window_bits=14",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=015",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=15; server_max_window_bits=15",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=08",
        "permessage-deflate; client_max_window_bits=-8",
        "permessage-deflate; client_max_window_bits=+9",
        "permessage-deflate; client_max_window_bits=1e1",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover=true",
        "permessage-deflate; client_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; unheard_of",
        "permessage-deflate; client_max_window_bits; unheard_of=1",
      })
  @Proves("WS-17")
  void declinesWhatItCannotMeet(String offer) {
    assertThat(answer(offer)).isEqualTo("null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate;",
        "permessage-deflate; ; client_max_window_bits",
        "; client_max_window_bits",
        "permessage deflate",
        "permessage-deflate client_max_window_bits",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; =10",
        "permessage-deflate; client_max_window_bits=\"\"",
        "permessage-deflate; client_max_window_bits=\"1 0\"",
        "permessage-deflate; client_max_window_bits=\"10",
        "permessage-deflate; client_max_window_bits=10\"",
        "permessage-deflate; client_max_window_bits=\"10\"; client_max_window_bits=\"",
        "permessage-deflate; a=b=c",
        "permessage-deflate; a=\"b\"c",
        "\"permessage-deflate\"",
        "permessage-deflate, mux;",
        "permessage-deflate; client_max_window_bits=(10)",
      })
  @Proves("WS-17")
  void knowsAMalformedHeader(String offer) {
    assertThat(answer(offer)).isEqualTo("malformed");
    assertThat(answer("permessage-deflate", offer)).isEqualTo("malformed");
  }

  @Test
  void takesTheLinesOfTheHeaderInTheirOrder() {
    assertThat(answer("mux", "permessage-deflate; server_max_window_bits=15", "permessage-deflate"))
        .endsWith("=15");
    assertThat(answer()).isEqualTo("null");
    assertThat(answer("")).isEqualTo("null");
  }

  @ParameterizedTest
  @CsvSource({"a, 0", "permessage-deflate; x=1; y, 2"})
  void keepsTheParametersInTheirOrder(String offer, int count) {
    var offers = WebSocketExtensions.offers(new ArrayList<>(List.of(offer)));
    assertThat(offers).hasSize(1);
    assertThat(offers.get(0).parameters()).hasSize(count);
  }

  @Property(tries = 2000)
  void neverThrowsWhateverIsOffered(@ForAll String offer) {
    assertThat(answer("permessage-deflate;" + offer)).isNotNull();
  }
}
