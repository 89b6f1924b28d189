package io.sluice.cluster.chaos;

import io.sluice.channel.Position;
import io.sluice.cluster.history.Attempt;
import io.sluice.cluster.history.Attempt.Answer;
import io.sluice.cluster.history.Recorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One app that publishes to one channel, one event after the other, each with an id of its own.
 * What was not acknowledged is sent again with the same id, to another node; a few are given up at
 * once, so that there are unknown outcomes, and a few that were acknowledged are sent once more.
 */
final class Publisher implements Runnable {

  private static final int SILENCE_MS = 3_000;
  private static final int PATIENCE_MS = 45_000;

  /** One in so many. */
  private static final int GIVEN_UP = 20;

  private static final int SENT_ONCE_MORE = 25;
  private static final int MOVES = 50;

  private final String name;
  private final String channel;
  private final Recorder recorder;
  private final List<InetSocketAddress> nodes;
  private final Random random;
  private final Troubles troubles;
  private final int pauseMs;
  private volatile boolean stopped;
  private int node;
  private Posting posting;

  /** What a publisher publishes. */
  record Task(String name, String channel, int pauseMs) {}

  Publisher(Task task, Recorder recorder, Random random, Reader.Surroundings surroundings) {
    this.name = task.name();
    this.channel = task.channel();
    this.pauseMs = task.pauseMs();
    this.recorder = recorder;
    this.random = random;
    this.nodes = surroundings.nodes();
    this.troubles = surroundings.troubles();
    this.node = random.nextInt(nodes.size());
  }

  /** Ends it when the publish that it is at has its answer. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    for (int i = 1; !stopped; i++) {
      String id = name + "-" + i;
      publish(id, id + " " + "x".repeat(random.nextInt(200)));
      pause(pauseMs / 2 + random.nextInt(pauseMs));
    }
    close();
  }

  private void publish(String id, String data) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    boolean givenUp = random.nextInt(GIVEN_UP) == 0;
    if (random.nextInt(MOVES) == 0) {
      move();
    }
    Answer answer = attempt(id, data);
    while (answer != Answer.ACKNOWLEDGED && System.nanoTime() - end < 0) {
      if (givenUp && answer == Answer.UNKNOWN) {
        return;
      }
      move();
      pause(20 + random.nextInt(100));
      answer = attempt(id, data);
    }
    if (answer == Answer.ACKNOWLEDGED && random.nextInt(SENT_ONCE_MORE) == 0) {
      move();
      attempt(id, data);
    }
  }

  private Answer attempt(String id, String data) {
    long beganNs = System.nanoTime();
    Position at = null;
    Answer answer;
    try {
      at = send(id, data);
      answer = at == null ? Answer.REFUSED : Answer.ACKNOWLEDGED;
    } catch (Posting.NotSentException e) {
      answer = Answer.REFUSED;
    } catch (IOException e) {
      close();
      answer = Answer.UNKNOWN;
      if (e instanceof Standing.MalformedException) {
        troubles.add(name + " to " + nodes.get(node) + ": " + e.getMessage());
      }
    }
    recorder.attempt(
        new Attempt(id, channel, Standing.hash(data), answer, at, beganNs, System.nanoTime()));
    return answer;
  }

  private Position send(String id, String data) throws IOException {
    if (posting == null) {
      posting = new Posting(nodes.get(node), SILENCE_MS);
    }
    Position at = posting.send(channel, id, data);
    if (posting.isOver()) {
      close();
    }
    return at;
  }

  private void move() {
    close();
    node = nodes.size() == 1 ? 0 : (node + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
  }

  private void close() {
    if (posting != null) {
      try {
        posting.close();
      } catch (IOException e) {
        troubles.add(name + ": a socket that cannot be closed: " + e);
      }
      posting = null;
    }
  }

  private static void pause(int ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
