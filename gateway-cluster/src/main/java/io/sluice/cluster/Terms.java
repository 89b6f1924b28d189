package io.sluice.cluster;

import io.sluice.config.Config.Cluster;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each node says of how it is set up, as attributes of its member, and what it makes of the
 * others'. Nodes that count another majority, or keep other copies, could lose events: they are
 * refused. What is slower or newer than it should be is said.
 *
 * @param version of Sluice
 * @param cluster as configured here
 */
record Terms(String version, Cluster cluster) {

  static final String SIZE = "sluice.size";
  static final String BACKUPS = "sluice.backups";
  static final String HEARTBEAT_LIMIT = "sluice.heartbeat-limit-ms";

  /** What this node says of itself. */
  Map<String, String> attributes() {
    return Map.of(
        HazelcastSettings.VERSION,
        version,
        SIZE,
        Integer.toString(cluster.size()),
        BACKUPS,
        Integer.toString(cluster.copies()),
        HEARTBEAT_LIMIT,
        Long.toString(cluster.heartbeatLimit().toMillis()));
  }

  /**
   * Why another node may not join this one's cluster, for the people of both; null if it may.
   *
   * @param theirs what it says of itself; what it does not say is taken as right
   * @param there its address
   * @param here this node's
   */
  @Nullable String refusal(Map<String, String> theirs, String there, String here) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put(SIZE, "cluster.size");
    keys.put(BACKUPS, "cluster.backups");
    Map<String, String> ours = attributes();
    for (Map.Entry<String, String> key : keys.entrySet()) {
      String value = theirs.get(key.getKey());
      String expected = ours.get(key.getKey());
      if (value != null && !value.equals(expected)) {
        return "%s = %s at %s (expected %s, as at %s): set the same on all nodes; it is changed with all of them stopped"
            .formatted(key.getValue(), value, there, expected, here);
      }
    }
    return null;
  }

  /** That another node runs another version, for people; null if it does not. */
  @Nullable String otherVersion(Map<String, String> theirs, String there) {
    String other = theirs.get(HazelcastSettings.VERSION);
    return other == null || other.equals(version)
        ? null
        : "the node at %s runs version %s, this one %s: they work together, as while one after the other is restarted with a new version"
            .formatted(there, other, version);
  }

  /** That another node waits for another time until it takes one for gone; null if it does not. */
  @Nullable String otherLimit(Map<String, String> theirs, String there) {
    String other = theirs.get(HEARTBEAT_LIMIT);
    String ours = attributes().get(HEARTBEAT_LIMIT);
    return other == null || other.equals(ours)
        ? null
        : "cluster.heartbeat-limit = %s ms here (expected %s ms, as at %s): the node with the shorter one takes others for gone sooner; set the same on all nodes"
            .formatted(ours, other, there);
  }
}
