package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The usual mistakes of an operator: {@code check} names each with its place, and {@code serve}
 * does not start. A port in use and a reload that keeps the old are in {@code PackagedIT}.
 */
final class BadConfigurationTest {

  @TempDir private Path folder;

  /**
   * A mistake.
   *
   * @param place line and column
   * @param words that the message has
   */
  record Mistake(String name, String yaml, String place, String words) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Mistake> mistakes() {
    String twoRoutes =
        """
        routes:
          - { match: { path: '/a/{x}' }, push: {} }
          - { match: { path: '/a/{y}' }, push: {} }
        """;
    return List.of(
        new Mistake("unknown key", "drian: 5s\n", "1:1", "did you mean drain?"),
        new Mistake("wrong type", "listen: 8080\n", "1:1", "a block of keys"),
        new Mistake("tab", "listen:\n\tpublic: ':80'\n", "2:1", "a tab"),
        new Mistake("duplicate key", "drain: 5s\ndrain: 6s\n", "2:1", "again"),
        new Mistake("anchors bomb", "a: &a [x]\nb: [*a, *a]\n", "1:4", "an anchor"),
        new Mistake("missing variable", "drain: ${NOWHERE}\n", "1:1", "set NOWHERE"),
        new Mistake("overlapping routes", twoRoutes, "3:16", "routes[0] matches the same"),
        new Mistake("negative duration", "drain: -1s\n", "1:1", "0s to 10m"),
        new Mistake("octal-like number", "event-loops: 010\n", "1:1", "in digits only"),
        new Mistake("no as a flag", "publish: { open: no }\n", "1:12", "true or false"),
        new Mistake("port out of range", "listen: { public: ':80800' }\n", "1:11", "0 to 65535"),
        new Mistake(
            "no certificate",
            "tls: { public: { certificate: none.pem, key: none.key } }\n",
            "1:18",
            "none.pem"),
        new Mistake("one port twice", "listen: { admin: ':8080' }\n", "1:11", "change one port"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isNamedByCheckAndRefusedByServe(Mistake mistake) throws IOException {
    Path file = folder.resolve("sluice.yaml");
    Files.writeString(file, mistake.yaml());
    Typed check = new Typed();
    assertThat(check.run("check", "--config", file.toString())).isEqualTo(Exit.USAGE);
    assertThat(check.out())
        .startsWith(file + ":" + mistake.place() + " ")
        .contains(mistake.words());
    Typed serve = new Typed();
    assertThat(serve.run("serve", "--config", file.toString())).isEqualTo(Exit.USAGE);
    assertThat(serve.err()).isEqualTo(check.out());
    assertThat(serve.out()).isEmpty();
  }
}
