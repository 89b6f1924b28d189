package io.sluice.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.logging.LogEvent;
import com.hazelcast.logging.LogListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes that are of another cluster although they are at addresses of ours, or ask to join it; and
 * what a node hears that refuses this one. Hazelcast tells the second and third by its log alone.
 * Any thread may call.
 */
final class Strangers implements LogListener {

  /** Others refuse this node, in a word. */
  static final String REFUSED = "refused";

  private static final Logger LOG = LoggerFactory.getLogger(Strangers.class);

  /** By Hazelcast's ClusterJoinManager: whoever asks has another name for its cluster. */
  private static final Pattern ASKED =
      Pattern.compile(
          "Received an invalid join request from \\[(.+)]:(\\d+), cause: members part of different cluster");

  /** By Hazelcast's BeforeJoinCheckFailureOp: what {@link Terms#refusal} says on the other side. */
  private static final String REASON = "Reason of failure for node join: ";

  /** So many are remembered in order to be told once. */
  private static final int REMEMBERED = 1_000;

  private final Set<String> refusing = ConcurrentHashMap.newKeySet();
  private final Set<String> asking = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String refusal;

  /** A node at an address of ours says that this one is not of its cluster. */
  void refusedBy(Address address) {
    String where = Members.text(address);
    if (isNew(refusing, where)) {
      LOG.warn(
          "the node at {} is of another cluster: its cluster.secret differs from this node's, or"
              + " its version of Sluice speaks another protocol (this one: {}): set the same"
              + " secret and run versions that work together on all nodes; until then neither"
              + " sees the other",
          where,
          ClusterName.PROTOCOL);
    }
  }

  /** A node at that address has become a member. */
  void joined(Address address) {
    String where = Members.text(address);
    refusing.remove(where);
    asking.remove(where);
  }

  /** Whether any node at an address of ours refuses this one. */
  boolean refuse() {
    return !refusing.isEmpty();
  }

  /** Why the cluster did not let this node join, as its first node has said it; null if it did. */
  @Nullable String refusal() {
    return refusal;
  }

  @Override
  public void log(LogEvent event) {
    String message = event.getLogRecord().getMessage();
    if (message == null) {
      return;
    }
    if (message.startsWith(REASON)) {
      refusal = message.substring(REASON.length());
      return;
    }
    Matcher asked = ASKED.matcher(message);
    if (asked.matches()) {
      asksToJoin(Members.text(asked.group(1), Integer.parseInt(asked.group(2))));
    }
  }

  private void asksToJoin(String where) {
    if (isNew(asking, where)) {
      LOG.warn(
          "a node of another cluster at {} asks to join: it stays out, because its cluster.secret"
              + " differs from this node's, or its version of Sluice speaks another protocol (this"
              + " one: {}): if it belongs here, set the same secret and run versions that work"
              + " together on all nodes",
          where,
          ClusterName.PROTOCOL);
    }
  }

  private static boolean isNew(Set<String> told, String where) {
    return told.size() < REMEMBERED && told.add(where);
  }
}
