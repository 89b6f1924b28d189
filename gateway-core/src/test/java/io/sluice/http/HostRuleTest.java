package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostRuleTest {

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.1:8081",
        "10.1.2.3:8081",
        "127.1",
        "[::1]",
        "[::1]:8081",
        "localhost",
        "LocalHost:8081",
        "localhost.",
        "a.b.localhost:1"
      })
  @Proves("PUB-17")
  void takesAddressesAndTheMachinesOwnNames(String host) {
    assertThat(HostRule.LOOPBACK.refuses(host)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8081",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "notlocalhost",
        "a",
        "1e"
      })
  @Proves("PUB-17")
  void refusesWhatAPageCouldBeCalled(String host) {
    Problem problem = HostRule.LOOPBACK.refuses(host);

    assertThat(problem).isNotNull();
    assertThat(problem.kind()).isEqualTo(Problem.Kind.FORBIDDEN);
    assertThat(problem.detail()).startsWith("Host = " + host + " (").contains("127.0.0.1");
    assertThat(HostRule.ANY.refuses(host)).isNull();
  }

  @Test
  void showsNoMoreOfALongNameThanOneReads() {
    Problem problem = HostRule.LOOPBACK.refuses("a.".repeat(5000));

    assertThat(problem).isNotNull();
    assertThat(problem.detail()).hasSizeLessThan(500);
  }
}
