package io.sluice.channel.hub;

import io.sluice.channel.Batch;
import io.sluice.channel.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A home loop's side of the fan-out: it gives what comes for a channel to the loops that have its
 * readers.
 *
 * <p>What comes for a channel with many readers goes in rounds: the next begins when every loop has
 * given the last one to its readers. Events that come meanwhile then go together, with one write to
 * each reader; without this, loops that do not keep step would write each event of a busy channel
 * by itself. No loop waits for a slow one for longer than {@link #LONGEST_MS}.
 *
 * <p>Belongs to its loop.
 */
final class Rounds {

  /** After this the next round begins although a loop is not done with the last one. */
  static final long LONGEST_MS = 20;

  private final Loop home;
  private final List<LoopHub> hubs;
  private final int many;
  private final Map<String, Line> lines = new HashMap<>();

  /** What waits in a channel with many readers. Kept until its last reader has left. */
  private final class Line {
    private final Gathering gathering = new Gathering();
    private final Runnable look = this::look;
    private List<Batch> waiting = new ArrayList<>(1);
    private @Nullable Round going;
    private Loop.@Nullable Timer timer;
    private boolean looking;

    void join(Batch batch) {
      waiting.add(batch);
      gathering.came();
      Round before = going;
      if (before == null || before.isOver()) {
        beginSoon();
      } else if (timer == null) {
        timer = home.after(LONGEST_MS, this::beginSoon);
        before.whenOver(() -> home.run(() -> goOnAfter(before)));
        if (before.isOver()) {
          beginSoon();
        }
      }
    }

    private void goOnAfter(Round over) {
      if (over == going) {
        beginSoon();
      }
    }

    private void beginSoon() {
      stopTimer();
      if (!looking && !waiting.isEmpty()) {
        looking = true;
        home.nextTurn(look);
      }
    }

    private void look() {
      if (gathering.looksAgain()) {
        home.afterAMoment(look);
        return;
      }
      looking = false;
      List<Batch> batches = waiting;
      if (!batches.isEmpty()) {
        waiting = new ArrayList<>(batches.size());
        Round next = new Round(batches);
        going = next;
        gathering.gave(events(batches), give(next));
      }
    }

    /** Its readers have left: those that come from now on read the log. */
    void end() {
      waiting.clear();
      stopTimer();
    }

    private void stopTimer() {
      Loop.Timer running = timer;
      timer = null;
      if (running != null) {
        running.cancel();
      }
    }
  }

  /**
   * Of one loop.
   *
   * @param many from so many readers on a channel has rounds
   */
  Rounds(Loop home, List<LoopHub> hubs, int many) {
    this.home = home;
    this.hubs = hubs;
    this.many = many;
  }

  /** A batch of one of this loop's channels. */
  void came(Batch batch) {
    Line line = lines.get(batch.channel());
    if (line == null) {
      int readers = readers(batch.channel());
      if (readers < many) {
        if (readers > 0) {
          give(new Round(List.of(batch)));
        }
        return;
      }
      line = new Line();
      lines.put(batch.channel(), line);
    }
    line.join(batch);
  }

  /** The last reader of a channel has left. */
  void left(String channel) {
    Line line = lines.remove(channel);
    if (line != null) {
      line.end();
    }
  }

  /** Answers how many readers there are. */
  private int give(Round round) {
    List<LoopHub> to = new ArrayList<>(hubs.size());
    int readers = 0;
    for (LoopHub hub : hubs) {
      int there = hub.readers(round.channel());
      if (there > 0) {
        to.add(hub);
        readers += there;
      }
    }
    round.givenTo(to.size());
    for (LoopHub hub : to) {
      hub.give(round);
    }
    return readers;
  }

  private static int events(List<Batch> batches) {
    int events = 0;
    for (Batch batch : batches) {
      events += batch.events().size();
    }
    return events;
  }

  private int readers(String channel) {
    int readers = 0;
    for (LoopHub hub : hubs) {
      readers += hub.readers(channel);
    }
    return readers;
  }
}
