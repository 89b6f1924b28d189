package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HopsTest {

  @Test
  void whatConnectionNamesEndsHere() {
    assertThat(Hops.of(List.of("keep-alive, X-Hop", " ,,x-two;q=1")))
        .contains("x-hop", "x-two", "te", "connection");
    assertThat(Hops.of(List.of())).doesNotContain("x-hop").contains("transfer-encoding");
  }

  @Test
  void whatFramesOrGuardsCannotBeNamed() {
    assertThat(Hops.of(List.of("Content-Length, Host, Authorization, Cookie")))
        .doesNotContain("content-length", "host", "authorization", "cookie");
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
