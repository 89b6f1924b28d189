package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that finds no memory for a publish: it answers, and says that it is not well. */
@NullMarked
final class OutOfMemoryIT {

  @ParameterizedTest
  @ValueSource(strings = {"/channels/full/events", "/events"})
  void aPublishWithoutMemoryIsAnsweredAndMakesTheNodeUnready(String path) throws Exception {
    try (TestGateway gateway =
        TestGateway.start(TestGateway.config(), TestGateway.behind(FullBroker::new))) {
      assertThat(gateway.get(Listener.ADMIN, "/readyz")).isEqualTo("{\"ready\":true}");

      HttpResponse<String> answer = publish(gateway, path, "{\"channel\":\"full\",\"data\":1}");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("overloaded").contains("out of memory");
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(gateway.get(Listener.ADMIN, "/readyz"))
          .isEqualTo("{\"ready\":false,\"reasons\":[\"out-of-memory\"]}");
      assertThat(gateway.get(Listener.ADMIN, "/metrics"))
          .contains("sluice_out_of_memory_total 1.0");
      assertThat(gateway.publish("room", "goes on")).isNotEmpty();
    }
  }

  @Test
  void aTaskOfALoopWithoutMemoryEndsNoLoop() throws Exception {
    try (TestGateway gateway =
        TestGateway.start(TestGateway.config(), TestGateway.behind(FullBroker::new))) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri(gateway, "/channels/full")).build(),
                  HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(gateway.get(Listener.ADMIN, "/readyz")).contains("out-of-memory");
      assertThat(gateway.get(Listener.ADMIN, "/livez")).isEqualTo("{\"live\":true}");
    }
  }

  private static HttpResponse<String> publish(TestGateway gateway, String path, String body)
      throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri(gateway, path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(TestGateway gateway, String path) {
    return URI.create("http://127.0.0.1:" + gateway.port(Listener.PUBLISH) + path);
  }
}
