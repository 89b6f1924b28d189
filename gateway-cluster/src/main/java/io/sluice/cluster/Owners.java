package io.sluice.cluster;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The owners of the channels, wherever they are. Every answer but that of {@link #unfollow} counts
 * once the backups have acknowledged, and fails if they do not. Any thread may call; futures
 * complete on any.
 */
interface Owners {

  /** One operation on the owner. Fails with {@link NotRun} if it was surely not carried out. */
  Future<Appended> append(String channel, PublishRequest request);

  Future<Sliced> look(String channel, Look.Query query);

  /** May get lost; the next comparison tells the owner again. */
  void unfollow(String channel, long version);

  Future<Emptied> empty(String channel);

  Future<Inspected> inspect(String channel);

  /** Names of channels after a name, in order; of all members. */
  Future<List<String>> names(String afterName, int limit);

  /**
   * Looks at the members from now on: whether as many may be gone since as have a copy of what is
   * confirmed from now on, so that nobody has it any more. Until then whatever was confirmed is
   * with the owner, whoever that is.
   */
  BooleanSupplier losses();

  /** The partition of a channel. */
  int partition(String channel);

  /** An operation failed before it reached the owner's record. Carries no stack. */
  final class NotRun extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotRun(Throwable cause) {
      super(cause.toString(), null, false, false);
    }
  }
}
