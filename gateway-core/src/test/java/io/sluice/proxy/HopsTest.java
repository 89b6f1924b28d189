package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HopsTest {

  @Test
  void whatConnectionNamesEndsHere() {
    Hops named = Hops.of(List.of("keep-alive, X-Hop", " ,,x-two;q=1"));
    assertThat(List.of("x-hop", "X-Hop", "x-two", "TE", "Connection")).allMatch(named::end);
    Hops usual = Hops.of(new DefaultHttpHeaders().add("Connection", "Keep-Alive"));
    assertThat(usual.end("x-hop")).isFalse();
    assertThat(usual.end("Transfer-Encoding")).isTrue();
  }

  @Test
  void whatFramesOrGuardsCannotBeNamed() {
    Hops named = Hops.of(List.of("Content-Length, Host, Authorization, Cookie"));
    assertThat(List.of("content-length", "host", "authorization", "cookie")).noneMatch(named::end);
  }

  @Test
  void eachLineOfConnectionCounts() {
    var headers = new DefaultHttpHeaders().add("Connection", "close").add("Connection", "X-Hop");
    assertThat(Hops.of(headers).end("x-hop")).isTrue();
  }

  @Test
  void aHeaderCalledCloseEndsWithAConnectionThatCloses() {
    Hops closing = Hops.of(new DefaultHttpHeaders().add("Connection", "Close"));
    assertThat(closing.end("close")).isTrue();
    assertThat(closing.end("x-hop")).isFalse();
  }

  @Test
  void trailersDoNotFrameOrRoute() {
    assertThat(List.of("Content-Length", "Transfer-Encoding", "X_Forwarded-For", "Set-Cookie"))
        .noneMatch(Hops::mayTrail);
    assertThat(List.of("X-Sum", "Grpc-Status", "Server-Timing")).allMatch(Hops::mayTrail);
  }

  @Test
  void aConnectionIsLeftASecondBeforeItsSenderCloses() {
    assertThat(keepAlive("timeout=5, max=100")).isEqualTo(4000);
    assertThat(keepAlive("max=100, timeout=1")).isZero();
    assertThat(keepAlive("timeout=soon")).isZero();
    assertThat(Hops.keepAliveMs(new DefaultHttpHeaders())).isEqualTo(Long.MAX_VALUE);
  }

  private static long keepAlive(String value) {
    return Hops.keepAliveMs(new DefaultHttpHeaders().add("Keep-Alive", value));
  }
}
