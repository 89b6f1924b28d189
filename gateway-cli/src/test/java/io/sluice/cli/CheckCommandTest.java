package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.server.Gateway;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckCommandTest {

  private final Typed typed = new Typed();

  @TempDir private Path folder;

  private String file(String yaml) throws IOException {
    Path file = folder.resolve("sluice.yaml");
    Files.writeString(file, yaml);
    return file.toString();
  }

  @Test
  void theBuiltInConfigurationIsValidAndSaysWhatItLetsEveryoneDo() {
    assertThat(typed.run("check")).isZero();
    assertThat(typed.out())
        .endsWith("quickstart.yaml: valid" + System.lineSeparator())
        .containsPattern("note: quickstart.yaml:\\d+ routes\\[0]\\.push\\.origins = \\*: ")
        .contains("note: quickstart.yaml:1 state = nothing: ");
    assertThat(typed.err()).isEmpty();
  }

  @Test
  void everyMistakeIsOneLineWithItsPlace() throws IOException {
    String file = file("drain: 5\nlisten: { pubic: ':1' }\n");
    assertThat(typed.run("check", "--config", file)).isEqualTo(Exit.USAGE);
    assertThat(typed.out().lines())
        .containsExactly(
            file + ":1:1 drain = 5 (expected 0s to 10m): add a unit, e.g. 5s",
            file
                + ":2:11 listen.pubic (expected one of public, publish, admin): did you mean"
                + " public?");
  }

  @Test
  void aFileOfNothingIsNotValid() throws IOException {
    for (String nothing : List.of("", "# to be written\n")) {
      String file = file(nothing);
      assertThat(typed.run("check", "--config", file)).isEqualTo(Exit.USAGE);
      assertThat(typed.out()).contains(file + ":1:1 nothing but space and comments");
    }
  }

  @Test
  void aProgramGetsEachMistakeInItsParts() throws IOException {
    String file = file("drain: 5\n");
    assertThat(typed.run("check", "-c", file, "--format", "json")).isEqualTo(Exit.USAGE);
    JsonObject answer = new JsonObject(typed.out());
    assertThat(answer.getBoolean("valid")).isFalse();
    assertThat(answer.getJsonArray("problems").getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("file", file)
                .put("line", 1)
                .put("column", 1)
                .put("path", "drain")
                .put("value", "5")
                .put("expected", "0s to 10m")
                .put("advice", "add a unit, e.g. 5s"));
  }

  @Test
  void whatOnlyTheMachineKnowsIsFoundAtItsLine() throws IOException {
    String missing = folder.resolve("no/such/state").toString();
    String file =
        file("# first\nstate: " + missing + "\nlisten: { public: 'no-such-host.invalid:80' }\n");
    assertThat(typed.run("check", "-c", file)).isEqualTo(Exit.USAGE);
    assertThat(typed.out())
        .contains(file + ":2:1 state = " + missing + " (expected a file in a folder")
        .contains(file + ":3:11 listen.public = no-such-host.invalid:80 (expected a host that is")
        .doesNotContain(": valid");
    List<String> problems = typed.out().lines().filter(l -> !l.startsWith("note: ")).toList();
    Typed serve = new Typed();
    assertThat(serve.run("serve", "-c", file)).isEqualTo(Exit.USAGE);
    assertThat(serve.err().lines()).containsExactlyElementsOf(problems).hasSize(2);
  }

  @Test
  void anUpstreamIsNotLookedUpAndTheHelpSaysSo() throws IOException {
    String file =
        file(
            "routes:\n- { match: { path: /** }, upstream: { url: 'http://no-such-host.invalid' } }\n");
    assertThat(typed.run("check", "-c", file)).as(typed.out()).isZero();
    assertThat(typed.out()).doesNotContain("no-such-host");
    Typed help = new Typed();
    assertThat(help.run("check", "--help")).isZero();
    assertThat(help.out().replaceAll("\\s+", " "))
        .contains("the addresses to listen on. Upstreams are not asked, nor are their names");
  }

  @Test
  void aMistakeThatOnlyTheStartFindsIsStillOneOfTheConfiguration() {
    Config.Address one = new Config.Address("127.0.0.1", 18085);
    Config.Listen twice = new Config.Listen(one, one, one);
    Config wrong =
        Configs.listening(
            ((ConfigReader.Result.Accepted) GatewayOptions.readBuiltIn(Map.of())).config(), twice);
    assertThat(Serving.code(Gateway.start(wrong).cause())).isEqualTo(Exit.USAGE);
    assertThat(Serving.code(new UnknownHostException("nowhere"))).isEqualTo(Exit.USAGE);
    assertThat(Serving.code(new BindException("in use"))).isEqualTo(Exit.ADDRESS);
  }

  @Test
  void aStateFolderIsNoStateFile() throws IOException {
    String file = file("state: " + folder + "\n");
    assertThat(typed.run("check", "-c", file)).isEqualTo(Exit.USAGE);
    assertThat(typed.out()).contains("(expected no file there, or one that this process may read)");
  }

  @Test
  void aClusterOfTwoIsToldWhatItCannotSurvive() throws IOException {
    String file =
        file(
            """
            state: a-file
            cluster: { members: [127.0.0.1, 127.0.0.2], bind: 127.0.0.1, secret: 0123456789abcdef }
            """);
    assertThat(typed.run("check", "-c", file)).as(typed.out()).isZero();
    assertThat(typed.out())
        .contains(
            "note: " + file + ":2 cluster.members = [127.0.0.1:5701, 127.0.0.2:5701]: two nodes")
        .contains("note: " + file + ":1 state = a-file: not used in a cluster")
        .doesNotContain("0123456789abcdef");
  }

  @Test
  void whereANodeListensIsFoundAtItsLine() throws IOException {
    String file =
        file(
            """
            cluster:
              members: [127.0.0.1, 127.0.0.2, 127.0.0.3]
              secret: 0123456789abcdef
            """);
    assertThat(typed.run("check", "-c", file)).isEqualTo(Exit.USAGE);
    assertThat(typed.out())
        .contains(
            file
                + ":2:3 cluster.members = [127.0.0.1:5701, 127.0.0.2:5701, 127.0.0.3:5701] (expected"
                + " one that is an address of this machine): 3 are: say which is this node's, e.g."
                + " bind: \"127.0.0.1:5701\"");
  }

  @Test
  void anOpenPublishListenerIsANoteAndNoMistake() throws IOException {
    String file = file("listen: { publish: ':8081', admin: ':8082' }\npublish: { open: true }\n");
    assertThat(typed.run("check", "-c", file)).isZero();
    assertThat(typed.out())
        .contains("publish.open = true: whoever reaches 0.0.0.0:8081 may publish")
        .contains("listen.admin = 0.0.0.0:8082: whoever reaches it")
        .contains("routes: no route has push: nobody can subscribe");
  }
}
