package io.sluice.channel.nodes;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Nodes as a test says them; this one answers for itself, the others with what they were given. */
@NullMarked
public final class FakeNeighbours implements Neighbours {

  public static final String SELF = "00000000000000a1";

  private final Map<String, String> others = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private Function<String, Future<String>> answers = question -> Future.failedFuture("not yet");
  private volatile int size = 1;
  private volatile @Nullable State state;
  private volatile List<String> unready = List.of();
  private volatile Supplier<Future<Void>> leaving = Future::succeededFuture;

  public FakeNeighbours() {
    nodes.add(new Node(SELF, "", "test", true));
  }

  /** From now on this is a cluster of so many, and this node is in that state. */
  public void cluster(int nodes, State now) {
    size = nodes;
    state = now;
  }

  /** Another node comes; it gives always this answer, or none. */
  public void join(String id, @Nullable String answer) {
    nodes.add(new Node(id, "192.0.2.1:5701", "test", false));
    if (answer != null) {
      others.put(id, answer);
    }
  }

  @Override
  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean hasQuorum() {
    return nodes.size() * 2 > size;
  }

  @Override
  public String ownerOf(String channel) {
    return SELF;
  }

  @Override
  public Future<Map<String, String>> askAll(String question) {
    return answers
        .apply(question)
        .map(
            own -> {
              Map<String, String> all = new HashMap<>(others);
              all.put(SELF, own);
              return all;
            });
  }

  @Override
  public void answerWith(Function<String, Future<String>> answers) {
    this.answers = answers;
  }

  @Override
  public @Nullable State state() {
    return state;
  }

  /** Why the node may not be sent traffic from now on. */
  public void unready(String... reasons) {
    unready = List.of(reasons);
  }

  /** What leaving does. */
  public void leaving(Supplier<Future<Void>> does) {
    leaving = does;
  }

  @Override
  public List<String> unready() {
    return unready;
  }

  @Override
  public Future<Void> leave() {
    return leaving.get();
  }
}
