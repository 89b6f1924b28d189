package io.sluice.cli;

import io.sluice.cluster.ClusterFactory;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.server.Gateway;
import io.sluice.server.Listener;
import io.sluice.server.StartException;
import io.vertx.core.Future;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs a gateway from its start to the signal that ends it. */
final class Serving {

  private final Console console;
  private final LongSupplier droppedLines;

  /**
   * A gateway that accepts connections.
   *
   * @param bound where
   * @param unready why it is not ready yet, as {@link Gateway#unready} has it
   */
  record Listening(Config.Listen bound, List<String> unready) {}

  /**
   * @param droppedLines log lines dropped so far, for the metrics
   */
  Serving(Console console, LongSupplier droppedLines) {
    this.console = console;
    this.droppedLines = droppedLines;
  }

  /**
   * Starts, greets, waits for SIGINT or SIGTERM, and stops in order; reloads at SIGHUP.
   *
   * @param source reads the configuration anew
   * @param onListening called once all listeners accept connections
   * @throws Failure if it cannot start, or not stop in order
   */
  void run(
      ConfigReader.Result.Accepted first,
      Supplier<ConfigReader.Result> source,
      Consumer<Listening> onListening)
      throws Failure, InterruptedException {
    CompletableFuture<Void> asked = new CompletableFuture<>();
    Signals.onStop(() -> asked.complete(null));
    Gateway gateway = await(Gateway.start(first, source, new ClusterFactory()));
    // What became of it stands in the log.
    Signals.onReload(gateway::reload);
    gateway
        .metrics()
        .count(
            "sluice_log_lines_dropped_total",
            "Log lines dropped: what takes the log is too slow or failed, or memory ran out",
            droppedLines::getAsLong);
    Config.Listen bound =
        new Config.Listen(
            gateway.address(Listener.PUBLIC),
            gateway.address(Listener.PUBLISH),
            gateway.address(Listener.ADMIN),
            first.config().listen().tls());
    onListening.accept(new Listening(bound, gateway.unready()));
    try {
      asked.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing completes it with a failure", e);
    }
    console.note("stopping; once more ends at once");
    await(gateway.stop());
    console.note("stopped");
  }

  private static <T> T await(Future<T> future) throws Failure, InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new Failure(code(cause), "sluice: " + cause.getMessage());
    }
  }

  /**
   * A refused address has an exit code of its own, so that a supervisor need not try again. A start
   * that nothing failed under, or a name that nobody knows, is a mistake in the configuration.
   */
  static int code(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof SocketException || message.contains("bind(..) failed")) {
        return Exit.ADDRESS;
      }
      if (cause instanceof UnknownHostException) {
        return Exit.USAGE;
      }
    }
    return failure instanceof StartException && failure.getCause() == null
        ? Exit.USAGE
        : Exit.FAILED;
  }
}
