package io.sluice.cluster.chaos;

import io.sluice.channel.Position;
import io.sluice.cluster.history.Attempt;
import io.sluice.cluster.history.Attempt.Answer;
import io.sluice.cluster.history.Recorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Many apps that publish to one channel, some at each node, a tenth of a second apart, and wait as
 * long as it takes: none of them waits for another one, so that what was acknowledged when tells
 * when the gateways could publish, whatever patience a single app has.
 */
final class Pulse implements Runnable {

  private static final int PAUSE_MS = 100;

  /** Longer than a gateway tries a publish. */
  private static final int SILENCE_MS = 40_000;

  private final String channel;
  private final Recorder recorder;
  private final Reader.Surroundings around;
  private final ExecutorService apps = Executors.newCachedThreadPool(Pulse::daemon);
  private volatile boolean stopped;

  Pulse(String channel, Recorder recorder, Reader.Surroundings around) {
    this.channel = channel;
    this.recorder = recorder;
    this.around = around;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "pulse");
    thread.setDaemon(true);
    return thread;
  }

  /** Ends it when all that is under way has its answer. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try {
      for (int i = 1; !stopped; i++) {
        for (int node = 0; node < around.nodes().size(); node++) {
          InetSocketAddress to = around.nodes().get(node);
          String id = "pulse-" + node + "-" + i;
          apps.execute(() -> publish(to, id));
        }
        Thread.sleep(PAUSE_MS);
      }
      apps.shutdown();
      if (!apps.awaitTermination(2 * SILENCE_MS, TimeUnit.MILLISECONDS)) {
        around.troubles().add("a publish has no end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void publish(InetSocketAddress to, String id) {
    String data = id + " beat";
    long beganNs = System.nanoTime();
    Position at = null;
    Answer answer;
    try (Posting posting = new Posting(to, SILENCE_MS)) {
      at = posting.send(channel, id, data);
      answer = at == null ? Answer.REFUSED : Answer.ACKNOWLEDGED;
    } catch (Posting.NotSentException e) {
      answer = Answer.REFUSED;
    } catch (IOException e) {
      answer = at == null ? Answer.UNKNOWN : Answer.ACKNOWLEDGED;
      if (e instanceof Standing.MalformedException) {
        around.troubles().add(id + " to " + to + ": " + e.getMessage());
      }
    }
    recorder.attempt(
        new Attempt(id, channel, Standing.hash(data), answer, at, beganNs, System.nanoTime()));
  }
}
