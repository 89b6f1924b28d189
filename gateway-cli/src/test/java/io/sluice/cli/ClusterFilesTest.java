package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code conf/cluster}: three nodes for one machine. */
final class ClusterFilesTest {

  private static final List<String> FILES =
      List.of(
          "../conf/cluster/node1.yaml", "../conf/cluster/node2.yaml", "../conf/cluster/node3.yaml");

  private static Config config(String file) {
    var result = new ConfigReader(Map.of()).read(Path.of(file));
    assertThat(result).as(file).isInstanceOf(ConfigReader.Result.Accepted.class);
    return ((ConfigReader.Result.Accepted) result).config();
  }

  private static Config.Cluster cluster(Config config) {
    return Objects.requireNonNull(config.cluster());
  }

  @Test
  void eachIsValidAndShowsNoSecret() {
    for (String file : FILES) {
      Typed typed = new Typed();
      assertThat(typed.run("check", "--config", file)).as(typed.out()).isZero();
      assertThat(typed.out()).doesNotContain("cluster.");
      Typed shown = new Typed();
      assertThat(shown.run("config", "show", "--config", file)).isZero();
      assertThat(shown.out())
          .containsPattern("cluster\\.secret = \\(hidden\\) .*, file cluster\\.key")
          .doesNotContain("no-secret");
    }
  }

  @Test
  void theyAreOneClusterOfThree() {
    Config first = config(FILES.get(0));
    for (String file : FILES) {
      Config config = config(file);
      assertThat(cluster(config).members()).isEqualTo(cluster(first).members());
      assertThat(cluster(config).secret()).isEqualTo(cluster(first).secret());
      assertThat(cluster(config).size()).isEqualTo(3);
      assertThat(cluster(config).caveat()).isNull();
    }
  }

  @Test
  void noTwoTakeTheSamePort() {
    Set<Integer> ports = new HashSet<>();
    for (String file : FILES) {
      Config config = config(file);
      Config.Address own = ((Config.Cluster.Seat.Found) cluster(config).seat()).address();
      for (Config.Address address :
          List.of(
              own,
              config.listen().publicAddress(),
              config.listen().publish(),
              config.listen().admin())) {
        assertThat(ports.add(address.port())).as(file + " " + address).isTrue();
      }
    }
  }

  @Test
  void theRoutesAreThoseOfTheQuickstart() {
    List<?> routes = config("../conf/quickstart.yaml").routes();
    FILES.forEach(file -> assertThat(config(file).routes()).as(file).isEqualTo(routes));
  }
}
