package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Channel patterns and templates against regular expressions that say the same. */
final class TemplateMatchingTest {

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab/").ofMinLength(1).ofMaxLength(12);
  }

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.strings().withChars("ab/*").ofMinLength(1).ofMaxLength(8);
  }

  @Provide
  Arbitrary<String> templates() {
    return Arbitraries.of("a", "b", "/", "ab", "a/", "/b", "{x}", "{y}")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 5000)
  @Proves("SEL-4")
  void aStarStandsForAnyRun(@ForAll("patterns") String pattern, @ForAll("names") String name) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q");
    assertThat(new ChannelPattern(pattern).matches(name)).isEqualTo(name.matches(regex));
  }

  @Test
  @Proves("SEL-4")
  void everyOtherCharacterStandsForItself() {
    assertThat(new ChannelPattern("a.c").matches("abc")).isFalse();
    assertThat(new ChannelPattern("a?[b]").matches("a?[b]")).isTrue();
    assertThat(new ChannelPattern("news-*").matches("news-")).isTrue();
    assertThat(new ChannelPattern("news-*").matches("news/a\nb")).isFalse();
    assertThat(new ChannelPattern("*").matches("a/b\u2028c")).isTrue();
  }

  /** A backtracking matcher would try 2^100 ways here: this test ends because it does not. */
  @Test
  void theWorstPatternIsSettledWithoutTryingAllWays() {
    ChannelPattern pattern = new ChannelPattern("*a".repeat(100) + "b");
    assertThat(pattern.matches("a".repeat(255))).isFalse();
    assertThat(pattern.matches("a".repeat(254) + "b")).isTrue();
    assertThat(template("{x}a".repeat(60) + "b").matches("a".repeat(255))).isFalse();
  }

  @Property(tries = 20_000)
  void aTemplateMatchesWhatItCanExpandTo(
      @ForAll("templates") String text, @ForAll("names") String name) {
    String regex = text.replaceAll("\\{[xy]}", "[^/]+");
    assertThat(template(text).matches(name)).isEqualTo(name.matches(regex));
  }

  private static ChannelTemplate template(String text) {
    return ((Parsed.Good<ChannelTemplate>) ChannelTemplate.read(text)).value();
  }
}
