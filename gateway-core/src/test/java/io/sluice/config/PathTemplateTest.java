package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Proves;
import io.sluice.config.PathTemplate.Outcome;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class PathTemplateTest {

  private static Outcome match(String template, String path) {
    return PathTemplate.parse(template).match(path);
  }

  private static Outcome matched(String... namesAndValues) {
    return new Outcome.Matched(
        namesAndValues.length == 0 ? Map.of() : Map.of(namesAndValues[0], namesAndValues[1]));
  }

  private static final Outcome NONE = new Outcome.None();

  @Test
  void literalsMatchThemselvesOnly() {
    assertThat(match("/events", "/events")).isEqualTo(matched());
    assertThat(match("/events", "/Events")).isEqualTo(NONE);
    assertThat(match("/events", "/events2")).isEqualTo(NONE);
    assertThat(match("/", "/")).isEqualTo(matched());
    assertThat(match("/", "*")).isEqualTo(NONE);
    assertThat(match("/", "")).isEqualTo(NONE);
  }

  @Test
  @Proves("NEG-8")
  void aSlashAtTheEndMakesAnotherPath() {
    assertThat(match("/a", "/a/")).isEqualTo(NONE);
    assertThat(match("/a/", "/a")).isEqualTo(NONE);
    assertThat(match("/a/", "/a/")).isEqualTo(matched());
    assertThat(match("/a/**", "/a")).isEqualTo(NONE);
    assertThat(match("/a/**", "/a/")).isEqualTo(matched());
  }

  @Test
  void literalsAreComparedDecoded() {
    assertThat(match("/caf%C3%A9", "/caf%c3%a9")).isEqualTo(matched());
    assertThat(match("/events", "/%65vents")).isEqualTo(matched());
    assertThat(match("/events", "/events%")).isEqualTo(NONE);
  }

  @Test
  void bytesThatWereNotEncodedMeanTheSame() {
    assertThat(match("/café", "/caf\u00c3\u00a9")).isEqualTo(matched());
    assertThat(match("/café%20b", "/caf\u00c3\u00a9%20b")).isEqualTo(matched());
    assertThat(match("/café", "/caf\u00e9")).isEqualTo(NONE);
    assertThat(match("/e/{x}", "/e/\u00c3\u00a9%20")).isEqualTo(matched("x", "é "));
    assertThat(match("/e/{x}", "/e/\u00e9")).isInstanceOf(Outcome.Malformed.class);
  }

  @Test
  void theRestIsAnything() {
    assertThat(match("/**", "/")).isEqualTo(matched());
    assertThat(match("/**", "/a//b/%2e%")).isEqualTo(matched());
    assertThat(match("/{x}/**", "/a/b/c")).isEqualTo(matched("x", "a"));
  }

  @Test
  @Proves("NAM-2")
  void aVariableIsOneSegmentDecodedOnce() {
    assertThat(match("/e/{x}", "/e/a+b%20c")).isEqualTo(matched("x", "a+b c"));
    assertThat(match("/e/{x}", "/e/%252F")).isEqualTo(matched("x", "%2F"));
    assertThat(match("/e/{x}", "/e/%E2%82%AC")).isEqualTo(matched("x", "€"));
    assertThat(match("/e/{x}", "/e/a/b")).isEqualTo(NONE);
    assertThat(match("/e/{x}", "/e/")).isEqualTo(NONE);
  }

  @Test
  @Proves("NAM-2")
  void aVariableWithASlashOrNoTextIsMalformed() {
    for (String bad : List.of("a%2Fb", "%2f", "%", "%4", "%zz", "%ff", "%C3%28")) {
      assertThat(match("/e/{x}", "/e/" + bad)).as(bad).isInstanceOf(Outcome.Malformed.class);
    }
    assertThat(match("/e/{x}/f", "/e/%ff/g")).as("another path").isEqualTo(NONE);
  }

  @Test
  void aTextThatIsNoTemplateIsRefusedWithAReason() {
    assertThatThrownBy(() -> PathTemplate.parse("events"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("start the path with /");
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.strings()
        .ofMinLength(1)
        .ofMaxLength(20)
        .filter(s -> s.indexOf('/') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(s));
  }

  @Property
  @Proves("NAM-2")
  void anyValueComesBackAsItWasEncoded(@ForAll("values") String value) {
    String raw = URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    assertThat(match("/a/{x}/b", "/a/" + raw + "/b")).isEqualTo(matched("x", value));
  }

  @Property
  void anyTextIsATemplateOrAReason(@ForAll String text) {
    var parsed = PathTemplate.read("/" + text);
    if (parsed instanceof Parsed.Good<PathTemplate> good) {
      assertThat(PathTemplate.parse(good.value().text())).isEqualTo(good.value());
    }
  }

  @Property
  void anyPathHasAnOutcome(@ForAll String path) {
    assertThat(match("/{x}/**", "/" + path)).isNotNull();
  }
}
