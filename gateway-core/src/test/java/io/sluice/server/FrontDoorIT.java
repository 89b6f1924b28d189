package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.config.Upstream;
import io.sluice.http.guard.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes of the kept corpus at a real gateway: the answer, the end, and what upstreams see. */
final class FrontDoorIT {

  @TempDir private static Path folder;
  private static RecordingUpstream upstream;
  private static TestGateway gateway;
  private static TestGateway overTls;
  private static TestCertificate certificate;

  static List<Corpus.Vector> corpus() {
    return Corpus.all();
  }

  /** One of four, with all kinds among them. */
  static List<Corpus.Vector> sample() {
    List<Corpus.Vector> all = Corpus.all();
    return IntStream.range(0, all.size()).filter(i -> i % 4 == 0).mapToObj(all::get).toList();
  }

  @BeforeAll
  static void start() throws Exception {
    upstream = new RecordingUpstream();
    Route all = new Route(PathTemplate.parse("/**"), null, Upstream.to(upstream.uri()));
    gateway = TestGateway.start(TestGateway.config(all));
    certificate = TestCertificate.make(folder);
    overTls = TestGateway.start(TestGateway.with(TestGateway.config(all), certificate));
  }

  @AfterAll
  static void stop() throws Exception {
    upstream.close();
    gateway.close();
    overTls.close();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void eachInputIsAnsweredOrRefusedAsItShould(Corpus.Vector vector) throws Exception {
    play(clear(), vector, vector.bytes().length);
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void soItIsInSingleBytes(Corpus.Vector vector) throws Exception {
    if (vector.bytes().length < 2000) {
      play(clear(), vector, 1);
    }
  }

  @ParameterizedTest
  @MethodSource("sample")
  void soItIsOverTls(Corpus.Vector vector) throws Exception {
    play(tls(), vector, vector.bytes().length);
  }

  private static RawClient clear() throws IOException {
    return RawClient.connect(gateway.port(Listener.PUBLIC));
  }

  private static RawClient tls() throws IOException {
    return RawClient.connect(overTls.port(Listener.PUBLIC), 0, certificate.trusting());
  }

  /** Lets the upstream note what has come so far. */
  private static void settle() throws Exception {
    try (RawClient client = clear()) {
      client.request("GET /mark HTTP/1.1", "Host: a");
      client.readUntil("ok");
    }
    assertThat(upstream.heads().get(upstream.heads().size() - 1)).startsWith("GET /mark ");
  }

  private static void play(RawClient opened, Corpus.Vector vector, int part) throws Exception {
    int whole = upstream.whole();
    int heads = upstream.heads().size();
    String answer;
    try (RawClient client = opened) {
      send(client, vector.bytes(), part);
      answer = vector.expected().equals("pass") ? client.readUntil("ok") : client.readAll();
    }
    switch (vector.expected()) {
      case "pass" -> {
        assertThat(answer).matches("(?s)HTTP/1\\.[01] 200 .*");
        assertThat(upstream.whole()).isEqualTo(whole + 1);
        assertThat(upstream.heads().get(heads)).doesNotContain("_").doesNotContain("X.Auth");
      }
      case "cut" -> {
        isRefused(answer, "400", "431");
        settle();
        assertThat(upstream.whole()).isEqualTo(whole + 1);
      }
      default -> {
        isRefused(answer, vector.expected());
        settle();
        assertThat(upstream.heads()).hasSize(heads + 1);
      }
    }
  }

  /** The gateway may have closed before the last byte. */
  private static void send(RawClient client, byte[] bytes, int part) {
    try {
      for (int from = 0; from < bytes.length; from += part) {
        client.send(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + part)));
      }
    } catch (IOException closed) {
      // the answer says why
    }
  }

  private static void isRefused(String answer, String... statuses) {
    assertThat(answer.split("HTTP/1\\.1 [0-9]{3} ", -1)).hasSize(2);
    assertThat(statuses).contains(answer.substring(9, 12));
    if (!answer.startsWith("HTTP/1.1 204 ")) {
      assertThat(answer).contains("application/problem+json").contains("\"slug\":");
    }
  }
}
