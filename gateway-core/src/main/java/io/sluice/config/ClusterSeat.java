package io.sluice.config;

import io.sluice.config.Config.Address;
import io.sluice.config.Config.Cluster;
import io.sluice.config.Config.Cluster.Seat;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the address at which this node listens for the others, on the machine where it runs. */
final class ClusterSeat {

  private final Cluster cluster;
  private final Machine machine;

  private ClusterSeat(Cluster cluster, Machine machine) {
    this.cluster = cluster;
    this.machine = machine;
  }

  static Seat of(Cluster cluster, Machine machine) {
    ClusterSeat seat = new ClusterSeat(cluster, machine);
    Address bind = cluster.bind();
    return bind == null ? seat.amongMembers() : seat.named(bind);
  }

  private Seat named(Address bind) {
    InetAddress address = machine.lookUp(bind.host());
    if (address == null) {
      return new Seat.Refused(
          "bind", "a host that is known here", "set an address, or a name that resolves");
    }
    if (!machine.has(address)) {
      return new Seat.Refused(
          "bind", "an address of this machine", "set the one at which the other nodes reach it");
    }
    if (isStranger(address, bind.port())) {
      return new Seat.Refused(
          "bind", "one of members", "the others would not look for this node there: change one");
    }
    return allowed("bind", address, bind.port());
  }

  /** Whether every member is known, and none of them is this. */
  private boolean isStranger(InetAddress address, int port) {
    for (Address member : cluster.members()) {
      InetAddress known = machine.lookUp(member.host());
      if (known == null || (known.equals(address) && member.port() == port)) {
        return false;
      }
    }
    return !cluster.members().isEmpty();
  }

  private Seat amongMembers() {
    Set<Address> ours = new LinkedHashSet<>();
    for (Address member : cluster.members()) {
      InetAddress known = machine.lookUp(member.host());
      if (known != null && machine.has(known)) {
        ours.add(new Address(known.getHostAddress(), member.port()));
      }
    }
    if (ours.isEmpty()) {
      return new Seat.Refused(
          "members",
          "one that is an address of this machine",
          "add this node, or set cluster.bind to the member that it is");
    }
    if (ours.size() > 1) {
      return new Seat.Refused(
          "members",
          "one that is an address of this machine",
          "%d are: say which is this node's, e.g. bind: \"%s\""
              .formatted(ours.size(), ours.iterator().next()));
    }
    Address only = ours.iterator().next();
    InetAddress address = machine.lookUp(only.host());
    return address == null ? new Seat.Found(only) : allowed("members", address, only.port());
  }

  private Seat allowed(String key, InetAddress address, int port) {
    String refusal = refusal(address, cluster.allowPublic());
    return refusal == null
        ? new Seat.Found(new Address(address.getHostAddress(), port))
        : new Seat.Refused(key, "a private address, or cluster.allow-public: true", refusal);
  }

  /** Why nodes may not talk at this address; null if they may. */
  static @Nullable String refusal(InetAddress address, boolean allowPublic) {
    return allowPublic || !NodeAddresses.isPublic(address)
        ? null
        : "nodes talk in clear, and whoever listens can join them: use a private network";
  }
}
