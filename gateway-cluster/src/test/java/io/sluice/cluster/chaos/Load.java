package io.sluice.cluster.chaos;

import io.sluice.channel.Position;
import io.sluice.cluster.chaos.Reader.Manner;
import io.sluice.cluster.history.Attempt;
import io.sluice.cluster.history.Attempt.Answer;
import io.sluice.cluster.history.History;
import io.sluice.cluster.history.Recorder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The clients of a run. */
final class Load {

  /** The channel that everybody reads, and two publish to. */
  static final String HOT = "hot";

  private static final List<String> OTHERS = List.of("c1", "c2", "c3", "c4");
  private static final int HOT_PAUSE_MS = 20;
  private static final int PAUSE_MS = 50;

  private final Recorder recorder = new Recorder();
  private final Troubles troubles;
  private final Random random;
  private final Reader.Surroundings reading;
  private final Reader.Surroundings publishing;
  private final List<Reader> readers = new ArrayList<>();
  private final List<Publisher> publishers = new ArrayList<>();
  private final Pulse pulse;
  private final List<Thread> publisherThreads = new ArrayList<>();
  private final List<Thread> readerThreads = new ArrayList<>();
  private volatile boolean draining;

  /**
   * @param readAt where nodes serve readers
   * @param publishAt where the same nodes take publishes
   */
  Load(
      List<InetSocketAddress> readAt,
      List<InetSocketAddress> publishAt,
      Random random,
      Troubles troubles) {
    this.troubles = troubles;
    this.random = random;
    this.reading = new Reader.Surroundings(readAt, troubles);
    this.publishing = new Reader.Surroundings(publishAt, troubles);
    this.pulse = new Pulse(HOT, recorder, publishing);
  }

  /** Starts the readers, waits until all have a position, then starts the publishers. */
  void start() throws InterruptedException {
    for (Transport transport : Transport.values()) {
      String word = transport.name().toLowerCase(java.util.Locale.ROOT);
      read(word + "-alone", Manner.STAYS, transport, List.of(HOT));
      read(word + "-stays", Manner.STAYS, transport, List.of(HOT, drawn()));
      read(word + "-wanders", Manner.WANDERS, transport, List.of(HOT, drawn()));
      read(word + "-changes", Manner.CHANGES, transport, List.of(drawn(), HOT));
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!readers.stream().allMatch(reader -> reader.standing.connectedSince(0))) {
      if (System.nanoTime() - end > 0) {
        troubles.add("not all readers were connected after 20 s");
        break;
      }
      Thread.sleep(20);
    }
    publish("hot-a", HOT, HOT_PAUSE_MS);
    publish("hot-b", HOT, HOT_PAUSE_MS);
    OTHERS.forEach(channel -> publish(channel, channel, PAUSE_MS));
    publisherThreads.add(started("pulse", pulse));
    readerThreads.add(thread("passers", new Random(random.nextLong()), this::passers));
  }

  private String drawn() {
    return OTHERS.get(random.nextInt(OTHERS.size()));
  }

  private void read(String name, Manner manner, Transport transport, List<String> channels) {
    Reader reader = reader(name, manner, transport, channels, random);
    readers.add(reader);
    readerThreads.add(started(name, reader));
  }

  private Reader reader(
      String name, Manner manner, Transport transport, List<String> channels, Random from) {
    Standing standing =
        new Standing(channels, recorder.reader(name, java.util.Set.copyOf(channels)));
    return new Reader(name, standing, manner, transport, new Random(from.nextLong()), reading);
  }

  private void publish(String name, String channel, int pauseMs) {
    Publisher.Task task = new Publisher.Task(name, channel, pauseMs);
    Publisher publisher = new Publisher(task, recorder, new Random(random.nextLong()), publishing);
    publishers.add(publisher);
    publisherThreads.add(started(name, publisher));
  }

  private static Thread started(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private interface Task {
    void run(Random random) throws InterruptedException;
  }

  private static Thread thread(String name, Random random, Task task) {
    return started(
        name,
        () -> {
          try {
            task.run(random);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Readers that come, stay for a while, and leave. */
  private void passers(Random own) throws InterruptedException {
    for (int i = 1; !draining; i++) {
      Transport transport = Transport.drawn(own);
      Reader passer =
          reader("passer-" + i, Manner.STAYS, transport, List.of(HOT, OTHERS.get(0)), own);
      Thread thread = started("passer-" + i, passer);
      Thread.sleep(500 + own.nextInt(2_000));
      passer.stop();
      thread.join();
      passer.standing.left();
    }
  }

  /** Whether every reader is connected, or was since. */
  boolean connectedSince(long ns) {
    return readers.stream().allMatch(reader -> reader.standing.connectedSince(ns));
  }

  /**
   * Stops publishing, lets the readers go on until they have all that was acknowledged, and ends
   * them.
   *
   * @return false if they did not have all in time
   */
  boolean drain(int seconds) throws InterruptedException {
    draining = true;
    publishers.forEach(Publisher::stop);
    pulse.stop();
    for (Thread thread : publisherThreads) {
      thread.join();
    }
    Map<String, Position> heads = heads();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    boolean whole = reached(heads);
    while (!whole && System.nanoTime() - end < 0) {
      Thread.sleep(50);
      whole = reached(heads);
    }
    // What comes twice would come now.
    Thread.sleep(1_000);
    readers.forEach(Reader::stop);
    for (Thread thread : readerThreads) {
      thread.join();
    }
    return whole;
  }

  /** For each channel where the event stands that was acknowledged last. */
  private Map<String, Position> heads() {
    Map<String, Attempt> last = new HashMap<>();
    for (Attempt attempt : recorder.history().attempts()) {
      if (attempt.answer() == Answer.ACKNOWLEDGED) {
        last.merge(attempt.channel(), attempt, Load::later);
      }
    }
    Map<String, Position> heads = new HashMap<>();
    last.forEach((channel, attempt) -> heads.put(channel, attempt.at()));
    return heads;
  }

  /** A repeated answer may tell an older position. */
  private static Attempt later(Attempt a, Attempt b) {
    boolean same = a.at().epoch() == b.at().epoch();
    boolean second = same ? b.at().offset() > a.at().offset() : b.endedNs() - a.endedNs() > 0;
    return second ? b : a;
  }

  private boolean reached(Map<String, Position> heads) {
    return readers.stream()
        .allMatch(
            reader ->
                heads.entrySet().stream()
                    .allMatch(head -> reader.standing.reached(head.getKey(), head.getValue())));
  }

  History history() {
    return recorder.history();
  }
}
