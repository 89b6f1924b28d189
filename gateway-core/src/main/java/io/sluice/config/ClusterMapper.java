package io.sluice.config;

import io.sluice.config.Config.Address;
import io.sluice.config.Config.Cluster;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the block {@code cluster}. What only the machine knows is {@link ClusterSeat}'s. */
final class ClusterMapper {

  private static final int MAX_BACKUPS = 5;

  private static final Kind<String> SECRET =
      Kind.hidden(
          Kind.word(
              "secret",
              "16 to 512 characters",
              "\"${file:cluster.key}\"",
              Pattern.compile("[^\\x00-\\x1f\\x7f]{16,512}")));

  private ClusterMapper() {}

  /**
   * The block.
   *
   * @param written whether it is there
   */
  static @Nullable Cluster read(Section section, boolean written, Config.Listen listen) {
    List<Address> members = section.list("members", NodeAddresses.node(), List.of());
    String dns = section.find("dns", NodeAddresses.dns());
    Integer size = section.find("size", Kind.count(1, 100));
    Address bind = section.find("bind", NodeAddresses.node());
    // Where it is written there is no going without it.
    String secret =
        section.has("secret") ? section.require("secret", SECRET) : section.find("secret", SECRET);
    boolean allowPublic = section.get("allow-public", Kind.flag(), false);
    int backups = section.get("backups", Kind.count(1, MAX_BACKUPS), 1);
    Duration silent =
        section.get("heartbeat-limit", Units.duration("2s", "1m"), Duration.ofSeconds(10));
    Duration linger = section.get("linger", Units.duration("1s", "10m"), Duration.ofSeconds(30));
    section.end();
    if (!written || section.isBroken()) {
      return null;
    }
    refuseMissing(section);
    if (section.isMisread()) {
      return null;
    }
    int whole = size == null ? Math.max(1, members.size()) : size;
    // One without a secret is a problem already noted, and the others are to be told with it.
    String shared = secret == null ? "" : secret;
    Cluster cluster =
        new Cluster(members, dns, whole, bind, shared, allowPublic, backups, silent, linger);
    refuseNumbers(section, cluster);
    refuseTwins(section, members);
    refuseBind(section, cluster, listen);
    return cluster;
  }

  private static void refuseMissing(Section section) {
    boolean dns = section.has("dns");
    if (section.has("members") && dns) {
      section.refuse("dns", "either members or dns", "remove the one that is not meant");
    } else if (!section.has("members") && !dns) {
      section.refuse(
          "members",
          "members or dns",
          "name all nodes, this one too: members: [\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\"]");
    } else if (section.isEmpty("members")) {
      section.refuse("members", "at least one node", "name all nodes, this one too");
    }
    if (!section.has("secret")) {
      section.refuse(
          "secret",
          SECRET.expected(),
          "add secret: \"${file:cluster.key}\" with a line of openssl rand -hex 24 in that file, the"
              + " same on all nodes");
    }
    if (dns && !section.has("size")) {
      section.refuse(
          "size",
          "how many nodes there are when the cluster is whole",
          "add e.g. size: 3, the majority is counted of it and not of the nodes that are seen");
    }
    if (dns && !section.has("bind")) {
      section.refuse(
          "bind",
          "this node's address",
          "add e.g. bind: \"${POD_IP}:5701\", whose port all nodes share");
    }
  }

  private static void refuseNumbers(Section section, Cluster cluster) {
    int members = cluster.members().size();
    if (cluster.size() < members) {
      section.refuse(
          "size", "at least " + members, "members names " + members + ": remove the line for that");
    }
    int most = cluster.size() - 1;
    if (most > 0 && most < cluster.backups()) {
      section.refuse(
          "backups",
          "1 to " + most,
          "%d nodes hold no more copies beside the owner's: set %d"
              .formatted(cluster.size(), most));
    }
  }

  private static void refuseTwins(Section section, List<Address> members) {
    Set<Object> seen = new HashSet<>();
    for (Address member : members) {
      if (!seen.add(identity(member))) {
        section.refuse(
            "members", "nodes that differ", member + " stands there twice: remove or change one");
        return;
      }
    }
  }

  /** The same for every way to write one address or name. */
  private static Object identity(Address node) {
    InetAddress literal = NodeAddresses.literal(node.host());
    Object host = literal == null ? node.host().toLowerCase(Locale.ROOT) : literal;
    return List.of(host, node.port());
  }

  private static void refuseBind(Section section, Cluster cluster, Config.Listen listen) {
    Address bind = cluster.bind();
    if (bind == null) {
      return;
    }
    ConfigMapper.refuseClash(section, "bind", bind, listen.publicAddress(), "public");
    ConfigMapper.refuseClash(section, "bind", bind, listen.publish(), "publish");
    ConfigMapper.refuseClash(section, "bind", bind, listen.admin(), "admin");
    InetAddress literal = NodeAddresses.literal(bind.host());
    if (literal == null) {
      return;
    }
    String refusal = ClusterSeat.refusal(literal, cluster.allowPublic());
    if (refusal != null) {
      section.refuse("bind", "a private address, or allow-public: true", refusal);
    }
    if (isStranger(bind, cluster.members())) {
      section.refuse(
          "bind", "one of members", "the others would not look for this node there: change one");
    }
  }

  /** Whether every member is written as an address, and none of them is this. */
  private static boolean isStranger(Address bind, List<Address> members) {
    return !members.isEmpty()
        && members.stream().allMatch(member -> NodeAddresses.literal(member.host()) != null)
        && members.stream().noneMatch(member -> identity(member).equals(identity(bind)));
  }
}
