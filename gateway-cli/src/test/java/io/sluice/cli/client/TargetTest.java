package io.sluice.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class TargetTest {

  @Test
  void addsChannelsStartAndMoreToTheQueryOfTheRoute() throws Exception {
    Target target = target(URI.create("http://h:1/e?x=1#top"), List.of("a b", "c/ü"));
    assertThat(target.uri(new Start.Since("1q.1r"), Map.of("format", "json")))
        .hasToString("http://h:1/e?x=1&channel=a+b&channel=c%2F%C3%BC&since=1q.1r&format=json");
    assertThat(target(URI.create("http://h/e"), List.of()).uri(new Start.Head(), Map.of()))
        .hasToString("http://h/e");
    assertThat(target(URI.create("http://h/e"), List.of()).uri(new Start.Rewind(3), Map.of()))
        .hasToString("http://h/e?rewind=3");
  }

  @Test
  void socketsKeepTheSecurityOfTheScheme() throws Exception {
    assertThat(target(URI.create("http://h/e"), List.of("a")).socketUri(new Start.Head()))
        .hasToString("ws://h/e");
    assertThat(target(URI.create("https://h/e"), List.of()).socketUri(new Start.Since("1q")))
        .hasToString("wss://h/e?since=1q");
  }

  @Test
  void backoffGrowsToItsCeilingAndHonoursTheGateway() {
    Backoff backoff = new Backoff(RandomGenerator.of("L64X128MixRandom"));
    for (int failure = 0; failure < 100; failure++) {
      long ceiling = Math.min(10_000, 250L << Math.min(failure, 10));
      assertThat(backoff.next(null)).isBetween(Duration.ofMillis(100), Duration.ofMillis(ceiling));
    }
    assertThat(backoff.next(Duration.ofSeconds(30))).isEqualTo(Duration.ofSeconds(30));
    backoff.reset();
    assertThat(backoff.next(null)).isLessThanOrEqualTo(Duration.ofMillis(250));
  }

  @Test
  void someStatusesMeanStopAndOthersTryAgain() {
    for (int status : new int[] {204, 400, 401, 403, 404, 406}) {
      assertThat(Failures.ending(status, "", Duration.ZERO)).isInstanceOf(Ending.Refused.class);
    }
    for (int status : new int[] {429, 500, 502, 503}) {
      assertThat(Failures.ending(status, "", Duration.ofSeconds(2)))
          .isEqualTo(new Ending.Again("HTTP " + status, Duration.ofSeconds(2)));
    }
    assertThat(Failures.ending(403, "{\"detail\":\"not here\"}", Duration.ZERO))
        .isEqualTo(new Ending.Refused("HTTP 403: not here"));
  }

  private static Target target(URI route, List<String> channels) throws Exception {
    return new Target(route, channels, SSLContext.getDefault());
  }
}
