package io.sluice.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.cluster.Joiner;
import com.hazelcast.internal.cluster.impl.JoinMessage;
import com.hazelcast.internal.cluster.impl.JoinRequest;
import io.sluice.config.Config.Cluster;
import io.sluice.server.StartException;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who joins whom: starts a member of Hazelcast with our own say in it, and knows why it is not with
 * the others. It uses Hazelcast's internal interfaces, because there are no others for how a node
 * joins again ({@link Entrance}), and for what is asked of one that wants to be let in ({@link
 * Terms}).
 */
final class Doorkeeper extends DefaultNodeContext {

  private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);

  private final Cluster cluster;
  private final Terms terms;
  private final Rejoin rejoin = new Rejoin(() -> System.nanoTime() / 1_000_000);
  private final Strangers strangers = new Strangers();

  /**
   * Of one node.
   *
   * @param version of Sluice
   */
  Doorkeeper(Cluster cluster, String version) {
    this.cluster = cluster;
    this.terms = new Terms(version, cluster);
  }

  /**
   * Starts it. Blocks until it has found the others, or knows that there are none.
   *
   * @throws StartException if it cannot, or the others do not let it in
   */
  HazelcastInstance start(Config config) {
    try {
      return HazelcastInstanceFactory.newHazelcastInstance(config, config.getInstanceName(), this);
    } catch (HazelcastException | IllegalStateException failure) {
      throw HazelcastSettings.refused(failure, strangers.refusal(), cluster);
    }
  }

  /** Says how a member differs from this one where people should know it. */
  void greet(Member member) {
    strangers.joined(member.getAddress());
    String where = Members.text(member.getAddress());
    String version = terms.otherVersion(member.getAttributes(), where);
    if (version != null) {
      LOG.info("{}", version);
    }
    String limit = terms.otherLimit(member.getAttributes(), where);
    if (limit != null) {
      LOG.warn("{}", limit);
    }
  }

  /** The node joins others again, after a split. */
  void joinsAgain() {
    rejoin.joins();
  }

  /** Whether it waits before it joins others again. */
  boolean holdsOut() {
    return rejoin.reason() != null;
  }

  /** Why it is not with the others, in a word; null where nothing is known. */
  @Nullable String reason() {
    String reason = rejoin.reason();
    return reason == null && strangers.refuse() ? Strangers.REFUSED : reason;
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    node.getLoggingService().addLogListener(Level.WARNING, strangers);
    return new Asking(node, terms);
  }

  @Override
  public Joiner createJoiner(Node node) {
    return new Entrance(node, rejoin, strangers);
  }

  /** Refuses a node that is set up for another cluster. Runs on the first node alone. */
  private static final class Asking extends DefaultNodeExtension {
    private final Terms terms;

    Asking(Node node, Terms terms) {
      super(node);
      this.terms = terms;
    }

    @Override
    public void validateJoinRequest(JoinMessage message) {
      super.validateJoinRequest(message);
      if (message instanceof JoinRequest request) {
        Address there = request.getAddress();
        String refusal =
            terms.refusal(
                request.getAttributes(), Members.text(there), Members.text(node.getThisAddress()));
        if (refusal != null) {
          throw new HazelcastException(refusal);
        }
      }
    }
  }
}
