package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GreetingTest {

  private static final Config.Listen BOUND =
      new Config.Listen(
          new Config.Address("0.0.0.0", 1080),
          new Config.Address("127.0.0.1", 1081),
          new Config.Address("::1", 1082));

  @Test
  void quickstartGetsALineToPasteForEachTransport() throws Failure {
    ConfigReader.Result.Accepted config =
        GatewayOptions.accepted(new GatewayOptions().builtIn(Map.of()).get());
    assertThat(new Greeting(config, BOUND).lines())
        .contains(
            "  public   http://127.0.0.1:1080   clients subscribe here",
            "  publish  http://127.0.0.1:1081   apps publish here",
            "  admin    http://[::1]:1082   health, metrics, channels",
            "  sse        curl -N -H 'Accept: text/event-stream' "
                + "'http://127.0.0.1:1080/events/demo?rewind=10'",
            "  long-poll  curl -H 'Prefer: wait=25' "
                + "'http://127.0.0.1:1080/events/demo?rewind=0'",
            "  poll       curl 'http://127.0.0.1:1080/events/demo?rewind=10'",
            "  curl -d hello 'http://127.0.0.1:1081/channels/demo/events'")
        .anyMatch(line -> line.startsWith("  websocket  curl -sN --http1.1"));
  }

  @Test
  void aNodeThatStillJoinsDoesNotSayThatItIsReady() {
    Greeting greeting = new Greeting(new ConfigReader.Result.Accepted(Config.DEFAULT), BOUND);
    assertThat(greeting.lines(List.of("joining")).get(0))
        .startsWith("Sluice ")
        .endsWith(
            " listens, but is not ready yet (joining): http://[::1]:1082/readyz says when it is.");
    assertThat(greeting.lines().get(0)).endsWith(" is ready.");
  }

  @Test
  void onlyOfferedTransportsAreShownAndKeysAreAskedFor() {
    ConfigReader.Result.Accepted config =
        config(
            """
            publish:
              keys:
                - name: app
                  key: "0123456789abcdef0123456789abcdef"
                  channels: ["*"]
            routes:
              - match: { path: "/rooms/{room}/live" }
                push:
                  channel: "room-{room}"
                  transports: [sse]
            """);
    assertThat(new Greeting(config, BOUND).lines())
        .contains(
            "Subscribe to the channel \"room-demo\":",
            "  sse        curl -N -H 'Accept: text/event-stream' "
                + "'http://127.0.0.1:1080/rooms/demo/live?rewind=10'",
            "  curl -d hello -H 'Authorization: Bearer KEY' "
                + "'http://127.0.0.1:1081/channels/room-demo/events'")
        .noneMatch(line -> line.startsWith("  poll") || line.startsWith("  websocket"));
  }

  @Test
  void routeThatOnlySelectsIsAskedByParameter() {
    ConfigReader.Result.Accepted config =
        config(
            """
            routes:
              - match: { path: "/live" }
                push: { select: ["d*"] }
            """);
    assertThat(new Greeting(config, BOUND).lines())
        .contains("  poll       curl 'http://127.0.0.1:1080/live?channel=demo&rewind=10'");
  }

  @Test
  void withoutAPushRouteItSaysThatNobodyCanSubscribe() {
    assertThat(new Greeting(new ConfigReader.Result.Accepted(Config.DEFAULT), BOUND).lines())
        .anyMatch(line -> line.contains("clients cannot subscribe"));
  }

  @Test
  void whatTheLauncherChoseForTheJvmIsALineOfItsOwn() {
    ConfigReader.Result.Accepted config = new ConfigReader.Result.Accepted(Config.DEFAULT);
    assertThat(new Greeting(config, BOUND, "Serial collector, heap up to 4096m").lines())
        .contains("  jvm      Serial collector, heap up to 4096m");
    assertThat(new Greeting(config, BOUND, null).lines())
        .noneMatch(line -> line.startsWith("  jvm"));
  }

  @Test
  void underTlsTheLinesUseANameThatTheCertificateHas(@TempDir Path folder) throws Exception {
    SelfSigned certificate = SelfSigned.make(folder, "dns:*.push.example");
    Path file = folder.resolve("sluice.yaml");
    Files.writeString(
        file, certificate.yaml() + "routes:\n  - { match: { path: '/e/{channel}' }, push: {} }\n");
    ConfigReader.Result.Accepted read =
        GatewayOptions.accepted(new GatewayOptions().source(file, Map.of()).get());
    Config.Listen bound =
        new Config.Listen(
            BOUND.publicAddress(), BOUND.publish(), BOUND.admin(), read.config().listen().tls());
    String trust = " --cacert '" + certificate.certificate() + "'";
    assertThat(new Greeting(read, bound).lines())
        .contains(
            "  public   https://www.push.example:1080   clients subscribe here"
                + " (WebSockets by wss:)",
            "  admin    https://www.push.example:1082   health, metrics, channels",
            "  poll       curl --resolve www.push.example:1080:127.0.0.1"
                + trust
                + " 'https://www.push.example:1080/e/demo?rewind=10'",
            "  curl --resolve www.push.example:1081:127.0.0.1"
                + trust
                + " -d hello 'https://www.push.example:1081/channels/demo/events'");
  }

  private static ConfigReader.Result.Accepted config(String yaml) {
    ConfigReader.Result result = new ConfigReader(Map.of()).read("test.yaml", yaml);
    assertThat(result).isInstanceOf(ConfigReader.Result.Accepted.class);
    return (ConfigReader.Result.Accepted) result;
  }
}
