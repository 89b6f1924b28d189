package io.sluice.http.guard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths have one reading. */
final class PathRuleTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a",
        "/a/",
        "/a/b.c",
        "/...",
        "/a/.b",
        "/a..",
        "/a;x=1/b",
        "/%61",
        "/%252e%252e/a",
        "/a%2e",
        "/%2ea",
        "/%c3%a4",
        "/\u00c3\u00a4",
        "/a:b@c",
        "/a%20b"
      })
  void aPlainPathIsRoutedAndForwarded(String path) {
    assertThat(PathRule.routing(path)).isNull();
    assertThat(PathRule.forwarding(path)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/.",
        "/..",
        "/../",
        "/a/..",
        "/a/../b",
        "/a/./b",
        "/%2e",
        "/%2E%2e",
        "/.%2e/a",
        "/..;/a",
        "/..;x",
        "/.;/a",
        "/%2e%2e;a/b",
        "/..%3b/a",
        "/..%3Bx",
        "//",
        "//a",
        "/a//b",
        "/a//"
      })
  void whatIsAnotherPathToOthersIsNotRouted(String path) {
    assertThat(PathRule.routing(path)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%2fb", "/a%2Fb", "/..%2fb", "/a%5cb", "/a%5Cb", "/a%00", "/a%0a", "/%7f", "/%c2%85",
        "/%", "/%a", "/%zz", "/%c0%ae", "/%ff", "/\u00e4"
      })
  void whatAnUpstreamMightReadInAnotherWayIsNotForwarded(String path) {
    assertThat(PathRule.routing(path)).isNull();
    assertThat(PathRule.forwarding(path)).isNotNull();
  }
}
