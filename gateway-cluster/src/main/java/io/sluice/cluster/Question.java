package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one node asks another about itself. It waits for the answer on a thread that is there for
 * that ({@link HazelcastSettings#STATUS}), never longer than whoever asked does.
 */
final class Question implements Callable<@Nullable String>, IdentifiedDataSerializable {

  private final Desk desk;
  private String text;

  private Question(Desk desk, String text) {
    this.desk = desk;
    this.text = text;
  }

  static Question of(String text) {
    return new Question(new Desk(), text);
  }

  /** Where a node answers. Any thread. */
  static final class Desk {
    private volatile @Nullable Function<String, Future<String>> answers;

    /** From now on questions are answered, by that. */
    void open(Function<String, Future<String>> by) {
      answers = by;
    }

    /** One that has just arrived here, and whose text is read next. */
    Question arrived() {
      return new Question(this, "");
    }
  }

  /** Null where there is none: no exception goes to another node. */
  @Override
  public @Nullable String call() throws InterruptedException {
    Function<String, Future<String>> by = desk.answers;
    if (by == null) {
      return null;
    }
    try {
      return by.apply(text)
          .toCompletionStage()
          .toCompletableFuture()
          .get(HazelcastNeighbours.PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | RuntimeException none) {
      HazelcastNeighbours.LOG.warn(
          "a node's question has no answer: {}: {}", text, none.toString());
      return null;
    }
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.QUESTION;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(text);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    text = Objects.requireNonNullElse(in.readString(), "");
  }
}
