package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class QuickstartTest {

  private final Config config = quickstart();

  private static Config quickstart() {
    // Maven runs the tests of a module in the module's folder.
    var result = new ConfigReader(Map.of()).read(Path.of("../conf/quickstart.yaml"));
    assertThat(result).isInstanceOf(ConfigReader.Result.Accepted.class);
    return ((ConfigReader.Result.Accepted) result).config();
  }

  @Test
  void listensOnThreePortsOfWhichOnlyOneIsPublic() {
    assertThat(config.listen()).isEqualTo(Config.Listen.DEFAULT);
    assertThat(config.listen().publicAddress()).hasToString("0.0.0.0:8080");
    assertThat(config.listen().publish()).hasToString("127.0.0.1:8081");
    assertThat(config.listen().admin()).hasToString("127.0.0.1:8082");
  }

  @Test
  void letsEveryoneReadEveryChannelOnEveryTransport() {
    for (Route route : config.routes().subList(0, 2)) {
      Route.Push push = route.push();
      assertThat(push).isNotNull();
      assertThat(push.origins()).isEqualTo(Route.Origins.ANY);
      assertThat(push.selects("any/channel")).isTrue();
      assertThat(push.transports()).isEqualTo(Set.of(Transport.values()));
    }
  }

  @Test
  void leavesTheRestToTheSampleApp() {
    Routes routes = new Routes(config.routes());
    assertThat(routes.matches("/events/demo").stream().map(Routes.Match::channel).toList())
        .containsExactly("demo", null);
    assertThat(routes.matches("/events").stream().map(m -> m.route().path().text()).toList())
        .isEqualTo(List.of("/events", "/**"));
    assertThat(routes.matches("/index.html").get(0).route().upstream())
        .isEqualTo(Upstream.to(URI.create("http://127.0.0.1:3000")));
  }
}
