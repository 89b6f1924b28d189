package io.sluice.server;

import io.sluice.channel.nodes.Neighbours;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node without others: a majority of one, and the owner of every channel. */
final class Alone implements Neighbours {

  private final Node self;
  private volatile @Nullable Function<String, Future<String>> answers;

  Alone(String id, String version) {
    this.self = new Node(id, "", version, true);
  }

  @Override
  public List<Node> nodes() {
    return List.of(self);
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public boolean hasQuorum() {
    return true;
  }

  @Override
  public String ownerOf(String channel) {
    return self.id();
  }

  @Override
  public Future<Map<String, String>> askAll(String question) {
    Function<String, Future<String>> asked = answers;
    return asked == null
        ? Future.succeededFuture(Map.of())
        : asked.apply(question).map(answer -> Map.of(self.id(), answer)).otherwise(Map.of());
  }

  @Override
  public void answerWith(Function<String, Future<String>> answers) {
    this.answers = answers;
  }

  @Override
  public @Nullable State state() {
    return null;
  }

  @Override
  public List<String> unready() {
    return List.of();
  }

  @Override
  public Future<Void> leave() {
    return Future.succeededFuture();
  }
}
