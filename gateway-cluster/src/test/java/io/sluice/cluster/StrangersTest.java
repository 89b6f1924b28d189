package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.impl.MemberImpl;
import com.hazelcast.logging.LogEvent;
import java.net.UnknownHostException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes of other clusters, as far as they can be seen; the real ones are in {@link DoorIT}. */
@NullMarked
final class StrangersTest {

  private final Strangers strangers = new Strangers();
  private final Logged heard = new Logged(Strangers.class);

  @AfterEach
  void end() {
    heard.close();
  }

  private void logs(String message) {
    strangers.log(new LogEvent(new LogRecord(Level.WARNING, message), new MemberImpl()));
  }

  private static Address address(String host) throws UnknownHostException {
    return new Address(host, 5701);
  }

  @Test
  void whoRefusesThisNodeIsNamedOnceUntilItIsAMember() throws UnknownHostException {
    strangers.refusedBy(address("127.0.0.2"));
    strangers.refusedBy(address("127.0.0.2"));
    assertThat(strangers.refuse()).isTrue();
    assertThat(heard.lines())
        .singleElement()
        .asString()
        .startsWith("the node at 127.0.0.2:5701 is of another cluster: its cluster.secret differs");
    strangers.joined(address("127.0.0.2"));
    assertThat(strangers.refuse()).isFalse();
    strangers.refusedBy(address("127.0.0.2"));
    assertThat(heard.lines()).hasSize(2);
  }

  @Test
  void whoAsksToJoinIsNamedOnce() {
    for (int i = 0; i < 3; i++) {
      logs(
          "Received an invalid join request from [::1]:5702, cause: members part of different"
              + " cluster");
    }
    assertThat(heard.lines())
        .singleElement()
        .asString()
        .startsWith("a node of another cluster at [::1]:5702 asks to join: it stays out");
    assertThat(strangers.refuse()).isFalse();
  }

  @Test
  void theReasonOfARefusalIsKept() {
    logs("Node could not join cluster. Before join check failed node is going to shutdown now!");
    assertThat(strangers.refusal()).isNull();
    logs("Reason of failure for node join: cluster.size = 5");
    assertThat(strangers.refusal()).isEqualTo("cluster.size = 5");
    assertThat(heard.lines()).isEmpty();
  }
}
