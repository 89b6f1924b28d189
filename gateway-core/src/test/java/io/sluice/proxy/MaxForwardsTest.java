package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import org.junit.jupiter.api.Test;

final class MaxForwardsTest {

  private static int of(HttpMethod method, String... values) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (String value : values) {
      headers.add("Max-Forwards", value);
    }
    return MaxForwards.of(method, headers);
  }

  @Test
  void readsANumberOfAnyLength() {
    assertThat(of(HttpMethod.OPTIONS, "0")).isZero();
    assertThat(of(HttpMethod.OPTIONS, "000")).isZero();
    assertThat(of(HttpMethod.OPTIONS, "0010")).isEqualTo(10);
    assertThat(of(HttpMethod.OPTIONS, "999999999")).isEqualTo(MaxForwards.MOST);
    assertThat(of(HttpMethod.OPTIONS, "1000000000")).isEqualTo(MaxForwards.MOST + 1);
    assertThat(of(HttpMethod.OPTIONS, "9".repeat(100))).isEqualTo(MaxForwards.MOST + 1);
  }

  @Test
  void whatIsNoNumberOrThereTwiceIsUnreadable() {
    for (String value : new String[] {"", "-1", "+1", "1.0", "0x1", "1 2", "1, 1", "\u0661"}) {
      assertThat(of(HttpMethod.OPTIONS, value)).as(value).isEqualTo(MaxForwards.UNREADABLE);
    }
    assertThat(of(HttpMethod.OPTIONS, "1", "1")).isEqualTo(MaxForwards.UNREADABLE);
  }

  @Test
  void onlyOptionsIsBounded() {
    assertThat(of(HttpMethod.OPTIONS)).isEqualTo(MaxForwards.UNBOUNDED);
    assertThat(of(HttpMethod.GET, "0")).isEqualTo(MaxForwards.UNBOUNDED);
    assertThat(of(HttpMethod.POST, "x")).isEqualTo(MaxForwards.UNBOUNDED);
  }
}
