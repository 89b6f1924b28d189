package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The schema says what the reader says, as far as a schema can; judged by a validator of others.
 */
final class SchemaTest {

  private static final Path CONF = Path.of("../conf");

  private static final String FIRST_LINE = "# yaml-language-server: $schema=";

  private static final Validator VALIDATOR =
      Validator.create(
          JsonSchema.of(new JsonObject(ConfigReader.schema())),
          new JsonSchemaOptions()
              .setBaseUri("https://sluice.invalid")
              .setDraft(Draft.DRAFT202012)
              .setOutputFormat(OutputFormat.Basic));

  private static boolean isValid(String yaml) {
    return judge(yaml).getValid();
  }

  private static OutputUnit judge(String yaml) {
    Object loaded = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return VALIDATOR.validate(loaded instanceof Map<?, ?> map ? json(map) : loaded);
  }

  @SuppressWarnings("unchecked") // keys of the texts here are words
  private static JsonObject json(Map<?, ?> map) {
    return new JsonObject((Map<String, Object>) map);
  }

  private static boolean isYaml(String text) {
    try {
      new Load(LoadSettings.builder().build()).loadFromString(text);
      return true;
    } catch (YamlEngineException broken) {
      return false;
    }
  }

  static List<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.walk(CONF)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  static List<MistakesTest.Mistake> mistakes() throws IOException {
    return MistakesTest.mistakes().stream().filter(m -> isYaml(m.yaml())).toList();
  }

  @Test
  void theShippedFileIsWhatTheProgramPrints() throws IOException {
    assertThat(Files.readString(CONF.resolve("schema.json")))
        .as("write anew by: scripts/sluice config schema > conf/schema.json")
        .isEqualTo(ConfigReader.schema());
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void shippedFilesNameTheSchemaAndAreValidByIt(Path file) throws IOException {
    String up = "../".repeat(CONF.relativize(file).getNameCount() - 1);
    assertThat(Files.readAllLines(file).get(0)).isEqualTo(FIRST_LINE + up + "schema.json");
    OutputUnit judged = judge(Files.readString(file));
    assertThat(judged.getValid()).as(String.valueOf(judged.getErrors())).isTrue();
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void seesTheMistakesThatASchemaCanSee(MistakesTest.Mistake mistake) {
    assertThat(isValid(mistake.yaml()))
        .as("expected it to be invalid, or marked as beyond the schema")
        .isEqualTo(mistake.beyondTheSchema());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "listen:\nroutes:\n",
        "drain: ${DRAIN:-10s}",
        "event-loops: ${LOOPS}",
        "event-loops: '7'",
        "publish: { open: '${OPEN}' }",
        "limits: { stalled: 600s, connections: 1 }",
        "limits: { stalled: 10m, connections: 10000000 }",
        "defaults: { origins: same, transports: sse, history: { bytes: 0B } }",
        "defaults: { transports: [\"${T}\", poll] }",
        "routes: [{ match: { path: '/a%20b'}, push: }, { match: { path: '/{a}/b/**' }, upstream: {} }]",
        "listen: { public: '[::1]:0', publish: 'localhost:65535' }",
      })
  void neverRefusesAFormThatTheReaderTakes(String yaml) {
    OutputUnit judged = judge(yaml);
    assertThat(judged.getValid()).as(String.valueOf(judged.getErrors())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limits: { stalled: 601s }",
        "limits: { stalled: 11m }",
        "limits: { stalled: 4999ms }",
        "publish: { max-body: 65MiB }",
        "publish: { max-body: 1023B }",
        "listen: { public: ':65536' }",
        "event-loops: 257",
        "event-loops: 1.5",
        "event-loops: '-1'",
        "defaults: { transports: [sse, tcp] }",
        "routes: [{ push: {} }]",
      })
  void knowsTheBounds(String yaml) {
    assertThat(isValid(yaml)).isFalse();
  }
}
