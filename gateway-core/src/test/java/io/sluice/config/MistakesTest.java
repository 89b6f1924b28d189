package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every mistake of {@code mistakes.txt} is named with its place, what was expected and what to do.
 * In that file {@code ###} starts a mistake and {@code >>>} its messages, with {@code beyond the
 * schema} if that is what they are (see {@link SchemaTest}); {@code →} stands for a tab and {@code
 * ␀} for U+0000.
 */
final class MistakesTest {

  record Mistake(String name, String yaml, boolean beyondTheSchema, String messages) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Mistake> mistakes() throws IOException {
    String text;
    try (InputStream in = MistakesTest.class.getResourceAsStream("mistakes.txt")) {
      text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    List<Mistake> mistakes = new ArrayList<>();
    String[] blocks = text.split("(?m)^### ");
    for (String block : List.of(blocks).subList(1, blocks.length)) {
      int title = block.indexOf('\n');
      int messages = block.indexOf("\n>>>");
      int lines = block.indexOf('\n', messages + 1);
      String yaml = block.substring(title + 1, messages + 1).replace('→', '\t').replace('␀', '\0');
      mistakes.add(
          new Mistake(
              block.substring(0, title),
              yaml,
              block.substring(messages, lines).endsWith(" beyond the schema"),
              block.substring(lines).strip()));
    }
    return mistakes;
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isNamedWithItsPlaceAndTheRemedy(Mistake mistake) {
    var result = new ConfigReader(Map.of("TEN", "10")).read("x.yaml", mistake.yaml());
    assertThat(result).isInstanceOf(ConfigReader.Result.Refused.class);
    var problems = ((ConfigReader.Result.Refused) result).problems();
    String lines = String.join("\n", problems.stream().map(ConfigProblem::toString).toList());
    assertThat(lines).isEqualTo(mistake.messages());
  }
}
