package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the table of keys says of a reload is what a reload does, for every key. */
final class ReloadableTest {

  /** Where a kind's example is the default, or is not valid alone. */
  private static final Map<String, String> OTHER =
      Map.of(
          "listen.publish", "127.0.0.1:9081",
          "listen.admin", "127.0.0.1:9082",
          "event-loops", "3",
          "publish.open", "true",
          "publish.keys[].name", "keys: [{ name: a, key: 0123456789abcdef }]",
          "publish.keys[].key", "keys: [{ name: a, key: 0123456789abcdef }]",
          "publish.keys[].channels", "keys: [{ name: a, key: 0123456789abcdef, channels: b }]");

  static List<Reading.Key> keysOfTheNode() {
    List<Reading.Key> keys = new ArrayList<>(ConfigReader.keys());
    keys.removeIf(key -> key.path().startsWith("defaults.") || key.path().startsWith("routes"));
    // Those of tls name files that must be there; they are part of listen, which is among these.
    keys.removeIf(key -> key.path().startsWith("tls."));
    return keys;
  }

  private static Config read(String yaml) {
    var result = new ConfigReader(Map.of()).read("x.yaml", yaml);
    assertThat(result).as(yaml).isInstanceOf(ConfigReader.Result.Accepted.class);
    return ((ConfigReader.Result.Accepted) result).config();
  }

  private static String yaml(Reading.Key key) {
    String path = key.path();
    if (path.startsWith("cluster.")) {
      return "cluster: { members: [127.0.0.1, 127.0.0.2], secret: 0123456789abcdef }";
    }
    int item = path.indexOf(".keys[].");
    if (item >= 0) {
      return path.substring(0, item) + ": { " + OTHER.get(path) + " }";
    }
    String value = OTHER.getOrDefault(path, key.kind().example());
    String[] names = path.split("\\.", -1);
    StringBuilder yaml = new StringBuilder(value);
    for (int i = names.length - 1; i >= 0; i--) {
      yaml.insert(0, names[i] + ": ");
      if (i > 0) {
        yaml.insert(0, "{ ").append(" }");
      }
    }
    return yaml.toString();
  }

  /** A block is there or it is not: its keys are one value. */
  @Test
  void whatTheClusterIsTakesARestart() {
    Config alone = Config.DEFAULT;
    Config one = read("cluster: { members: [127.0.0.1, 127.0.0.2], secret: 0123456789abcdef }");
    Config other = read("cluster: { members: [127.0.0.1, 127.0.0.3], secret: 0123456789abcdef }");
    assertThat(one.reloaded(other)).isEqualTo(one);
    assertThat(one.reloaded(alone)).isEqualTo(one);
  }

  @ParameterizedTest
  @MethodSource("keysOfTheNode")
  void aReloadTakesOverWhatTheTableSaysAndNothingElse(Reading.Key key) {
    Config running = Config.DEFAULT;
    Config wanted = read(yaml(key));
    assertThat(wanted).isNotEqualTo(running);
    assertThat(running.reloaded(wanted)).isEqualTo(key.row().restart() ? running : wanted);
  }
}
