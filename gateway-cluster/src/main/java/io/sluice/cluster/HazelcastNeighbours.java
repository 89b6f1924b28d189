package io.sluice.cluster;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IExecutorService;
import com.hazelcast.partition.PartitionService;
import io.sluice.channel.nodes.Neighbours;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes of the cluster as Hazelcast's members. Asking who is there looks at what this member
 * knows, and waits for nobody.
 */
final class HazelcastNeighbours implements Neighbours {

  static final Logger LOG = LoggerFactory.getLogger(HazelcastNeighbours.class);

  /** How long a question waits for answers. */
  static final long PATIENCE_MS = 1_000;

  private final HazelcastInstance hazelcast;
  private final Cluster cluster;
  private final PartitionService partitions;
  private final IExecutorService questions;
  private final io.sluice.config.Config.Cluster configured;
  private final Question.Desk desk;
  private final Condition condition;

  /** Whether there ever was a majority. */
  private volatile boolean joined;

  /** What this node knows of itself. Any thread may ask. */
  interface Condition {
    State state();

    /** Why it may not answer for the cluster although it sees a majority; null if it may. */
    @Nullable String hindrance();

    /** Why it does not see a majority, as far as it knows; null if it does not. */
    @Nullable String apart();
  }

  /**
   * The neighbours of a member that runs.
   *
   * @param desk the one that its {@link Wire} gives the questions that arrive
   */
  HazelcastNeighbours(
      HazelcastInstance hazelcast,
      io.sluice.config.Config.Cluster configured,
      Question.Desk desk,
      Condition condition) {
    this.hazelcast = hazelcast;
    this.cluster = hazelcast.getCluster();
    this.partitions = hazelcast.getPartitionService();
    this.questions = hazelcast.getExecutorService(HazelcastSettings.STATUS);
    this.configured = configured;
    this.desk = desk;
    this.condition = condition;
    cluster.addMembershipListener(new ComingAndGoing());
    counted();
  }

  @Override
  public List<Node> nodes() {
    return cluster.getMembers().stream()
        .map(HazelcastNeighbours::node)
        .sorted(Comparator.comparing(Node::id))
        .toList();
  }

  private static Node node(Member member) {
    return new Node(
        id(member),
        Members.text(member.getAddress()),
        attribute(member, HazelcastSettings.VERSION),
        member.localMember());
  }

  private static String id(Member member) {
    return attribute(member, HazelcastSettings.NODE);
  }

  private static String attribute(Member member, String name) {
    String value = member.getAttribute(name);
    return value == null ? "" : value;
  }

  @Override
  public int size() {
    return configured.size();
  }

  @Override
  public boolean hasQuorum() {
    return cluster.getMembers().size() >= configured.majority();
  }

  @Override
  public String ownerOf(String channel) {
    Member owner = partitions.getPartition(channel).getOwner();
    return owner == null ? "" : id(owner);
  }

  /** Hazelcast lets none of its threads that hand out answers ask anything; any may call this. */
  @Override
  public Future<Map<String, String>> askAll(String question) {
    return Future.fromCompletionStage(
        CompletableFuture.supplyAsync(() -> ask(question)).thenCompose(answers -> answers));
  }

  private CompletableFuture<Map<String, String>> ask(String question) {
    Map<String, String> answers = new ConcurrentHashMap<>();
    List<CompletableFuture<?>> asked = new ArrayList<>();
    for (Member member : cluster.getMembers()) {
      asked.add(ask(member, question).thenAccept(answer -> note(answers, member, answer)));
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, PATIENCE_MS, TimeUnit.MILLISECONDS)
        .thenApply(done -> Map.copyOf(answers));
  }

  private static void note(Map<String, String> answers, Member member, @Nullable String answer) {
    if (answer != null) {
      answers.put(id(member), answer);
    }
  }

  /** Completes with null where there is no answer; perhaps never. */
  private CompletableFuture<@Nullable String> ask(Member member, String question) {
    CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
    try {
      questions.submitToMember(
          Question.of(question),
          member,
          new ExecutionCallback<@Nullable String>() {
            @Override
            public void onResponse(@Nullable String text) {
              answer.complete(text);
            }

            @Override
            public void onFailure(Throwable failure) {
              LOG.debug("no answer from {}", Members.text(member.getAddress()), failure);
              answer.complete(null);
            }
          });
    } catch (RuntimeException gone) {
      LOG.debug("{} cannot be asked", Members.text(member.getAddress()), gone);
      answer.complete(null);
    }
    return answer;
  }

  @Override
  public void answerWith(Function<String, Future<String>> answers) {
    desk.open(answers);
  }

  @Override
  public State state() {
    return condition.state();
  }

  @Override
  public List<String> unready() {
    if (!hasQuorum()) {
      String lacks = joined ? "no-quorum" : "joining";
      String apart = condition.apart();
      return apart == null ? List.of(lacks) : List.of(lacks, apart);
    }
    String hindrance = condition.hindrance();
    return hindrance == null ? List.of() : List.of(hindrance);
  }

  /**
   * Waits until the others have what this node keeps, as long as Hazelcast is told to, on a thread
   * that keeps no process from its end.
   */
  @Override
  public Future<Void> leave() {
    Promise<Void> left = Promise.promise();
    Thread leaving =
        new Thread(
            () -> {
              try {
                hazelcast.shutdown();
                left.complete();
              } catch (RuntimeException failure) {
                left.fail(failure);
              }
            },
            "sluice-leave");
    leaving.setDaemon(true);
    leaving.start();
    return left.future();
  }

  private void counted() {
    if (hasQuorum()) {
      joined = true;
    }
  }

  /** Says who comes and goes. */
  private final class ComingAndGoing implements MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      counted();
      tell("came", event);
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      tell("is gone", event);
    }

    private void tell(String what, MembershipEvent event) {
      Node node = node(event.getMember());
      LOG.info(
          "a node {} id={} address={} version={} nodes={} of={}",
          what,
          node.id(),
          node.address(),
          node.version(),
          event.getMembers().size(),
          size());
    }
  }
}
