package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The default configuration in a heap that it does not fit into. */
@Timeout(300)
final class SmallHeapIT {

  private static final int PUBLISHES = 600;
  private static final int AT_ONCE = 8;

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({"1000000, -XX:+UseG1GC", "1048576, -XX:+UseG1GC", "1048576, -XX:+UseSerialGC"})
  void everyPublishIsAnsweredAndTheGatewayGoesOn(int bytes, String collector) throws Exception {
    try (Program gateway = small(collector, "-XX:+CrashOnOutOfMemoryError")) {
      String publish = gateway.awaitMatch("^  publish  (http://\\S+)");
      String admin = gateway.awaitMatch("^  admin    (http://\\S+)");
      gateway.await("/events'\n");

      for (int from = 0; from < PUBLISHES; from += AT_ONCE) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = from; i < from + AT_ONCE; i++) {
          answers.add(http.sendAsync(post(publish, "h" + i, bytes), BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
          assertThat(answer.get().statusCode()).isIn(200, 503);
        }
      }

      assertThat(http.send(post(publish, "last", 10), BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      assertThat(get(admin + "/readyz")).isEqualTo("{\"ready\":true}");
      assertThat(get(admin + "/metrics"))
          .containsPattern("sluice_events_dropped_total\\{reason=\"budget\"} [1-9]")
          .contains("sluice_log_lines_dropped_total 0.0", "sluice_out_of_memory_total 0.0")
          .containsPattern("sluice_limit\\{limit=\"channels.history-memory\"} [45]\\.\\d+E7");
      assertThat(gateway.terminate()).isZero();
      assertThat(gateway.err())
          .contains("WARN")
          .contains("channels.history-memory = 256MiB does not fit")
          .contains("stopped");
    }
  }

  @Test
  void checkNotesWhatDoesNotFit() throws Exception {
    try (Program check = Program.java(folder, List.of("-Xmx128m"), "check")) {
      assertThat(check.exitCode()).isZero();
      assertThat(check.out())
          .containsPattern("note: .* channels\\.history-memory.*: does not fit.* in force, 40 %");
    }
  }

  private Program small(String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("-Xmx128m"));
    all.addAll(List.of(options));
    return Program.java(
        folder, all, "serve", "--public-port", "0", "--publish-port", "0", "--admin-port", "0");
  }

  private static HttpRequest post(String publish, String channel, int bytes) {
    return HttpRequest.newBuilder(URI.create(publish + "/channels/" + channel + "/events"))
        .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[bytes]))
        .build();
  }

  private String get(String url) throws Exception {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
