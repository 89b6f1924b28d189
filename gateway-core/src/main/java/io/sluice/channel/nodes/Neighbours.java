package io.sluice.channel.nodes;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that behave as one gateway, as this one sees them now. Any thread may call.
 *
 * <p>What a node says of itself is a text that this interface does not look into: whoever asks and
 * whoever answers are the same program on two machines.
 */
public interface Neighbours {

  /** The nodes that are there, this one among them, in the order of their ids. */
  List<Node> nodes();

  /** How many nodes there are when the cluster is whole; 1 without a cluster. */
  int size();

  /** Whether more than half of {@link #size} are there. Without it nothing is published. */
  boolean hasQuorum();

  /** The id of the node that orders a channel's events. */
  String ownerOf(String channel);

  /**
   * Asks every node the same; complete within a second. Answers by the ids of the nodes; one that
   * failed, or did not answer in time, is not among them.
   */
  Future<Map<String, String>> askAll(String question);

  /** Sets what this node answers. Called once, before anybody asks. */
  void answerWith(Function<String, Future<String>> answers);

  /** How far this node is behind the others; null without a cluster. */
  @Nullable State state();

  /**
   * Why this node may not be sent traffic as far as its neighbours matter, in words such as {@code
   * joining} or {@code no-quorum}; empty if it may.
   */
  List<String> unready();

  /**
   * Leaves in an orderly manner: others take over what this node keeps, then it is gone. The last
   * thing asked; also where a start failed.
   */
  Future<Void> leave();

  /**
   * One node.
   *
   * @param id the same as long as the process lives
   * @param address at which the others reach it; empty without a cluster
   * @param version of its program
   * @param self whether it is this one
   */
  record Node(String id, String address, String version, boolean self) {}

  /**
   * What a node does for its readers, and what it has still to do.
   *
   * @param followed channels whose events the others send it
   * @param behind of them those of which it knows that it lacks events
   * @param waitingBytes of events for other nodes that it has not sent yet
   * @param comparedMs milliseconds since it last compared what it follows with every owner
   */
  record State(int followed, int behind, long waitingBytes, long comparedMs) {}
}
