package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused stands in {@code mistakes.txt}; here is what must not be. */
final class UnreachableTest {

  private static final String APP = "upstream: { url: 'http://a' }";

  private static String route(String path, String what) {
    return "  - { match: { path: '" + path + "' }, " + what + " }\n";
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/", "/a/{x}", "/a/{x}/**"})
  void aRestIsReachedIfOneOfTheThreeBetterRoutesIsMissing(String missing) {
    StringBuilder yaml = new StringBuilder("routes:\n" + route("/a/**", APP));
    for (String path : new String[] {"/a/", "/a/{x}", "/a/{x}/**"}) {
      if (!path.equals(missing)) {
        yaml.append(route(path, APP));
      }
    }
    accepts(yaml.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/", "/a/{x}", "/a/{x}/**"})
  void aRestWithAnUpstreamIsReachedByWhatAPushRouteDoesNotTake(String push) {
    StringBuilder yaml = new StringBuilder("routes:\n" + route("/a/**", APP));
    for (String path : new String[] {"/a/", "/a/{x}", "/a/{x}/**"}) {
      yaml.append(route(path, path.equals(push) ? "push: { channel: c }" : APP));
    }
    accepts(yaml.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/.well-known/x", "/..a", "/...", "/a.b", "/a%20b", "/%C3%BC"})
  void pathsThatLookOddAreServed(String path) {
    accepts("routes:\n" + route(path, APP));
  }

  private static void accepts(String yaml) {
    var result = new ConfigReader(Map.of()).read("x.yaml", yaml);
    assertThat(result).as(yaml).isInstanceOf(ConfigReader.Result.Accepted.class);
  }
}
