package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.ReloadOutcome;
import io.sluice.config.ConfigReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a reload says of the routes. */
final class LiveTest {

  private static final String PUSH = "  - { match: { path: /events }, push: { channel: a } }\n";
  private static final String APP =
      "  - { match: { path: \"/app/**\" }, upstream: { url: \"http://a:1\" } }\n";

  private static ReloadOutcome.Routes reload(String before, String after) {
    Live live = Live.of(read(before));
    return live.reloaded(read(after)).since(live);
  }

  private static ConfigReader.Result.Accepted read(String routes) {
    return (ConfigReader.Result.Accepted)
        new ConfigReader(Map.of()).read("x.yaml", "routes:\n" + routes);
  }

  @Test
  void proxiedRoutesAreCountedLikePushRoutes() {
    assertThat(reload(PUSH + APP, APP + PUSH)).isEqualTo(new ReloadOutcome.Routes(2, 0, 0, 0));
    assertThat(reload(PUSH + APP, PUSH + APP.replace("a:1", "b:1")))
        .isEqualTo(new ReloadOutcome.Routes(1, 1, 0, 0));
    assertThat(reload(PUSH + APP, PUSH + APP.replace("app", "other")))
        .isEqualTo(new ReloadOutcome.Routes(1, 0, 1, 1));
  }

  private static List<String> needingRestart(String before, String after) {
    return Live.of(top(before)).needingRestart(top(after));
  }

  private static ConfigReader.Result.Accepted top(String yaml) {
    return (ConfigReader.Result.Accepted) new ConfigReader(Map.of()).read("x.yaml", yaml);
  }

  @Test
  void aClusterThatComesGoesOrChangesWaitsForARestartByItsKeys() {
    String one = "cluster: { members: [10.0.0.1, 10.0.0.2], secret: 0123456789abcdef }";
    assertThat(needingRestart(one, one)).isEmpty();
    assertThat(needingRestart("{}", one)).containsExactly("cluster.members", "cluster.secret");
    assertThat(needingRestart(one, "{}")).containsExactly("cluster.members", "cluster.secret");
    assertThat(needingRestart(one, one.replace("0.2", "0.3"))).containsExactly("cluster.members");
    assertThat(needingRestart(one, one.replace("abcdef", "fedcba")))
        .containsExactly("cluster.secret");
  }

  @Test
  void aRouteThatGainsOrLosesItsUpstreamHasChanged() {
    String both = PUSH.replace(" }\n", ", upstream: { url: \"http://a:1\" } }\n");
    assertThat(reload(PUSH, both)).isEqualTo(new ReloadOutcome.Routes(0, 1, 0, 0));
    assertThat(reload(both, PUSH)).isEqualTo(new ReloadOutcome.Routes(0, 1, 0, 0));
    assertThat(reload(both, both)).isEqualTo(new ReloadOutcome.Routes(1, 0, 0, 0));
  }
}
