package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.ReloadOutcome;
import io.sluice.config.ConfigReader;
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

  @Test
  void aRouteThatGainsOrLosesItsUpstreamHasChanged() {
    String both = PUSH.replace(" }\n", ", upstream: { url: \"http://a:1\" } }\n");
    assertThat(reload(PUSH, both)).isEqualTo(new ReloadOutcome.Routes(0, 1, 0, 0));
    assertThat(reload(both, PUSH)).isEqualTo(new ReloadOutcome.Routes(0, 1, 0, 0));
    assertThat(reload(both, both)).isEqualTo(new ReloadOutcome.Routes(1, 0, 0, 0));
  }
}
