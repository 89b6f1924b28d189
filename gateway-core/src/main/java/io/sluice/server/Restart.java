package io.sluice.server;

import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.local.SavedState;
import io.sluice.channel.local.StateFile;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state file's place in the life of a gateway (RST-1, RST-2). */
final class Restart {

  private static final Logger LOG = LoggerFactory.getLogger(Restart.class);

  private Restart() {}

  /**
   * Notices at the start, not at the stop, that the state file could not be written.
   *
   * <p>A file that is there and cannot be read is refused too: it still holds the logs, which one
   * command of the operator saves, and left lying it would be read by a later start, whose clients
   * would resume as if nothing had been published in between. A damaged file is another matter (see
   * {@link #restore}): there is nothing left to save.
   *
   * @throws StartException if its folder is not there or not writable, or the file not readable
   */
  static void check(@Nullable Path state) {
    Preflight.Finding problem = state == null ? null : problem(state);
    if (problem != null) {
      throw new StartException(
          "cannot keep state · state = "
              + state
              + " (expected "
              + problem.expected()
              + "): "
              + problem.advice(),
          null);
    }
  }

  /** What {@link #check} refuses; null for nothing. */
  static Preflight.@Nullable Finding problem(Path state) {
    Path folder = state.toAbsolutePath().getParent();
    if (folder != null && !(Files.isDirectory(folder) && Files.isWritable(folder))) {
      return new Preflight.Finding(
          true,
          "state",
          "a file in a folder that this process may write to",
          "make " + folder + " and give it to the user that runs Sluice, or remove the line");
    }
    if (!Files.notExists(state) && !(Files.isRegularFile(state) && Files.isReadable(state))) {
      return new Preflight.Finding(
          true,
          "state",
          "no file there, or one that this process may read",
          "give it to the user that runs Sluice, or remove it and every channel opens a new epoch");
    }
    return null;
  }

  /**
   * Takes over what the last orderly stop left, and whether that left anything. A file that cannot
   * be used is told in the log, and every channel opens a new epoch; that is no failure of the
   * start.
   */
  static Future<Boolean> restore(Node node) {
    Path path = node.config().state();
    if (path == null || !(node.broker() instanceof LocalBroker local)) {
      return Future.succeededFuture(false);
    }
    return node.vertx()
        .executeBlocking(() -> take(path))
        .compose(
            state ->
                state.isEmpty()
                    ? Future.succeededFuture(false)
                    : local.restore(state.get()).map(true));
  }

  private static Optional<SavedState> take(Path path) {
    try {
      Optional<SavedState> state =
          Optional.ofNullable(new StateFile(path).take(System.currentTimeMillis()));
      state.ifPresentOrElse(
          taken -> LOG.info("restored channels={} from={}", taken.channelCount(), path),
          () -> LOG.info("no state file at {}: every channel opens a new epoch", path));
      return state;
    } catch (StateFile.Unusable damage) {
      LOG.error("{}", damage.getMessage());
      return Optional.empty();
    }
  }

  /** Leaves the logs for the next start. Nothing is acknowledged any more. */
  static Future<Void> save(Node node) {
    Path path = node.config().state();
    if (path == null || !(node.broker() instanceof LocalBroker local)) {
      return Future.succeededFuture();
    }
    return local
        .save()
        .compose(state -> node.vertx().executeBlocking(() -> write(path, state)))
        .recover(
            failure ->
                Future.failedFuture(
                    new StopException(
                        "the logs could not be saved · state = "
                            + path
                            + ": "
                            + failure
                            + ": every channel opens a new epoch at the next start; check the"
                            + " folder's space and permissions",
                        failure)));
  }

  private static Void write(Path path, SavedState state) throws java.io.IOException {
    new StateFile(path).write(state, System.currentTimeMillis());
    LOG.info("saved channels={} to={}", state.channelCount(), path);
    return null;
  }
}
