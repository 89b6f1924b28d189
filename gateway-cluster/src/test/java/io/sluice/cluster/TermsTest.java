package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.instance.BuildInfoProvider;
import io.sluice.config.Config.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What nodes of one cluster must have alike. */
@NullMarked
final class TermsTest {

  private static final String THERE = "10.0.0.2:5701";
  private static final String HERE = "10.0.0.1:5701";

  private static Terms terms(String version, int size, int backups, int limitMs) {
    return new Terms(
        version,
        new Cluster(
            List.of(),
            "nodes",
            size,
            null,
            TestMembers.SECRET,
            false,
            backups,
            Duration.ofMillis(limitMs),
            Duration.ofSeconds(30)));
  }

  private final Terms ours = terms("1.0", 3, 1, 10_000);

  @Test
  void nodesOfOneSizeAndAsManyCopiesBelongTogether() {
    Map<String, String> theirs = terms("1.0", 3, 1, 10_000).attributes();
    assertThat(ours.refusal(theirs, THERE, HERE)).isNull();
    assertThat(ours.otherVersion(theirs, THERE)).isNull();
    assertThat(ours.otherLimit(theirs, THERE)).isNull();
  }

  @Test
  void aNodeOfAnotherSizeIsRefused() {
    assertThat(ours.refusal(terms("1.0", 5, 1, 10_000).attributes(), THERE, HERE))
        .isEqualTo(
            "cluster.size = 5 at 10.0.0.2:5701 (expected 3, as at 10.0.0.1:5701): set the same on"
                + " all nodes; it is changed with all of them stopped");
  }

  @Test
  void aNodeWithMoreOrFewerCopiesIsRefused() {
    assertThat(ours.refusal(terms("1.0", 3, 2, 10_000).attributes(), THERE, HERE))
        .startsWith("cluster.backups = 2 at 10.0.0.2:5701 (expected 1, as at 10.0.0.1:5701)");
  }

  @Test
  void anotherVersionAndAnotherLimitAreSaidAndNotRefused() {
    Map<String, String> theirs = terms("1.1", 3, 1, 15_000).attributes();
    assertThat(ours.refusal(theirs, THERE, HERE)).isNull();
    assertThat(ours.otherVersion(theirs, THERE))
        .startsWith("the node at 10.0.0.2:5701 runs version 1.1, this one 1.0: they work together");
    assertThat(ours.otherLimit(theirs, THERE))
        .startsWith(
            "cluster.heartbeat-limit = 10000 ms here (expected 15000 ms, as at 10.0.0.2:5701): ");
  }

  @Test
  void aNodeThatSaysNothingIsTakenAsRight() {
    assertThat(ours.refusal(Map.of(), THERE, HERE)).isNull();
    assertThat(ours.otherVersion(Map.of(), THERE)).isNull();
    assertThat(ours.otherLimit(Map.of(), THERE)).isNull();
  }

  /** Nodes of two minor versions of Hazelcast do not let each other in. */
  @Test
  void theProtocolGrowsWithHazelcast() {
    assertThat(BuildInfoProvider.getBuildInfo().getVersion())
        .as("with another minor version, ClusterName.PROTOCOL has to be one more")
        .startsWith("5.7.");
    assertThat(ClusterName.PROTOCOL).isEqualTo(1);
  }
}
