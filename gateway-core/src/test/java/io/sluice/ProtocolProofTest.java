package io.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every MUST of {@code docs/protocol.md} is proved by a test that names it, and nothing else. */
final class ProtocolProofTest {

  private static final Path PROTOCOL = Path.of("..", "docs", "protocol.md");

  /** A rule: from its identifier to the next rule, heading or empty line. */
  private static final Pattern RULE =
      Pattern.compile("(?ms)^- \\*\\*([A-Z]+-\\d+)\\*\\*(.*?)(?=^- \\*\\*|^#|^$|\\z)");

  private static final Pattern ANNOTATION = Pattern.compile("@Proves\\(([^)]*)\\)");
  private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*(?://|\\*).*?\\bproves (.*)$");
  private static final Pattern ID = Pattern.compile("\\b[A-Z]+-\\d+\\b");

  @Test
  void everyMustIsProved() {
    assertThat(rules(true)).isNotEmpty();
    Set<String> unproved = new TreeSet<>(rules(true));
    unproved.removeAll(proofs());
    assertThat(unproved).as("rules with a MUST and no test that names them").isEmpty();
  }

  @Test
  void everyProofNamesARule() {
    Set<String> unknown = new TreeSet<>(proofs());
    unknown.removeAll(rules(false));
    assertThat(unknown).as("rules that tests name and the protocol does not have").isEmpty();
  }

  @Test
  void noRuleIsThereTwice() {
    List<String> ids = new ArrayList<>();
    Matcher rule = RULE.matcher(ArchitectureTest.text(PROTOCOL));
    while (rule.find()) {
      ids.add(rule.group(1));
    }
    assertThat(ids).doesNotHaveDuplicates();
  }

  private static Set<String> rules(boolean onlyMust) {
    Set<String> ids = new TreeSet<>();
    Matcher rule = RULE.matcher(ArchitectureTest.text(PROTOCOL));
    while (rule.find()) {
      if (!onlyMust || rule.group(2).contains("MUST")) {
        ids.add(rule.group(1));
      }
    }
    return ids;
  }

  /** In Java an annotation, in the JavaScript of the end-to-end tests a comment. */
  private static Set<String> proofs() {
    Set<String> ids = new TreeSet<>();
    for (Path file : ArchitectureTest.sources("test", ".java")) {
      collect(ANNOTATION, ArchitectureTest.text(file), ids);
    }
    for (Path file : ArchitectureTest.sources("test", ".mjs")) {
      collect(COMMENT, ArchitectureTest.text(file), ids);
    }
    return ids;
  }

  private static void collect(Pattern mark, String text, Set<String> ids) {
    Matcher proof = mark.matcher(text);
    while (proof.find()) {
      Matcher id = ID.matcher(proof.group(1));
      while (id.find()) {
        ids.add(id.group());
      }
    }
  }
}
