package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.Test;

/** What of Hazelcast's log is left out, and what must not be. */
class NoiseTest {

  private final LoggerContext context = new LoggerContext();
  private final Noise noise = new Noise();

  private boolean isShown(Level level, String logger, String message) {
    LoggingEvent event =
        new LoggingEvent("", context.getLogger(logger), level, message, null, new Object[0]);
    return noise.decide(event) == FilterReply.NEUTRAL;
  }

  @Test
  void whatALineOfOursSaysBetterIsLeftOut() {
    assertThat(isShown(Level.ERROR, "com.hazelcast.security", "Reason of failure for node join: x"))
        .isFalse();
    assertThat(
            isShown(
                Level.ERROR,
                "com.hazelcast.security",
                "Node could not join cluster. Before join check failed node is going to shutdown"
                    + " now!"))
        .isFalse();
    assertThat(
            isShown(
                Level.WARN,
                "com.hazelcast.cluster",
                "Node could not join cluster at node: /127.0.0.1:5701 Cause: the target cluster"
                    + " has a different cluster-name"))
        .isFalse();
    assertThat(
            isShown(
                Level.WARN,
                "com.hazelcast.internal.cluster.impl.ClusterJoinManager",
                "Received an invalid join request from [127.0.0.1]:5702, cause: members part of"
                    + " different cluster"))
        .isFalse();
  }

  @Test
  void whatBelongsToTheEndOfARefusedStartIsLeftOut() {
    assertThat(
            isShown(
                Level.WARN,
                "com.hazelcast.instance.impl.Node",
                "Interrupted while waiting for shutdown!"))
        .isFalse();
    assertThat(
            isShown(Level.ERROR, "io.sluice.cluster.Entrance", "Hazelcast instance is not active!"))
        .isFalse();
  }

  @Test
  void whatTheJoinerSaysOnItsWayIsLeftOutAndItsWarningsAreNot() {
    String joiner = "io.sluice.cluster.Entrance";
    assertThat(isShown(Level.INFO, joiner, "[127.0.0.1]:5702 is added to the blacklist."))
        .isFalse();
    assertThat(
            isShown(
                Level.WARN, joiner, "Join try count exceed limit, setting this node as master!"))
        .isTrue();
    assertThat(isShown(Level.ERROR, joiner, "something else")).isTrue();
  }

  @Test
  void otherWarningsOfTheSameLoggersAreShown() {
    assertThat(isShown(Level.ERROR, "com.hazelcast.security", "Authentication failed")).isTrue();
    assertThat(isShown(Level.WARN, "com.hazelcast.instance.impl.Node", "anything else")).isTrue();
    assertThat(
            isShown(
                Level.ERROR,
                "com.hazelcast.cluster",
                "Node could not join cluster. A Configuration mismatch was detected: x"))
        .isTrue();
    assertThat(
            isShown(
                Level.WARN,
                "com.hazelcast.internal.cluster.impl.MembershipManager",
                "Member [10.0.0.1]:5701 is suspected to be dead"))
        .isTrue();
    assertThat(isShown(Level.INFO, "io.sluice.cluster.Rejoin", "this node joins")).isTrue();
  }
}
