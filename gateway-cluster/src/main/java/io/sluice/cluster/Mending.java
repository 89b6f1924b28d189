package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a loop's tails in step with the records: holes are filled, another life of a log is begun
 * anew, a new owner is told who follows. Every method runs on the loop.
 */
final class Mending {

  private static final Logger LOG = LoggerFactory.getLogger(Mending.class);

  /** How long a hint that came ahead waits for what comes before it. */
  static final long EARLY_MS = 20;

  /** How long after a failed look the next one is made. */
  private static final long AGAIN_MS = 100;

  /** How long a log whose tail was lost is asked for before its readers are sent away. */
  private static final long GIVE_UP_MS = 15_000;

  /** How long a hint is on its way at most, as a rule. */
  private static final long HINT_MS = 100;

  /** What is asked of a record to fill a hole. */
  private static final Broker.Page HOLE = new Broker.Page(1_000, 1 << 20);

  private final Loop loop;
  private final LoopBroker.Parts parts;
  private final Tails tails;
  private final Looks looks;
  private final BiConsumer<Tail, Tail.Waiting> answers;
  private final FollowingAgain again;
  private final Widening widening;

  /**
   * @param answers readers that waited for a tail
   */
  Mending(
      Loop loop,
      LoopBroker.Parts parts,
      Tails tails,
      Looks looks,
      BiConsumer<Tail, Tail.Waiting> answers) {
    this.loop = loop;
    this.parts = parts;
    this.tails = tails;
    this.looks = looks;
    this.answers = answers;
    this.again = new FollowingAgain(loop, looks, this::followingAgain, this::followed);
    this.widening = new Widening(loop, looks, this::widen, answers);
  }

  /** Something that all backups have, for a channel that may be followed here. */
  void arrived(Batch batch) {
    Tail tail = tails.find(batch.channel());
    if (tail == null) {
      return; // the next comparison tells the owner that nobody reads here
    }
    if (!tail.isFollowing()) {
      keepEarly(tail, batch);
      return;
    }
    switch (tail.fit(batch)) {
      case NEXT -> {
        tails.show(tail, batch);
        drainEarly(tail);
      }
      case KNOWN -> {}
      case AHEAD -> {
        keepEarly(tail, batch);
        repairSoon(tail, EARLY_MS);
      }
      case FOREIGN -> restart(tail, "foreign");
    }
  }

  private void keepEarly(Tail tail, Batch batch) {
    if (!tail.keepEarly(batch)) {
      parts.metrics().hints("dropped", 1); // what it carried is read from the record
    }
  }

  /** What waited may come next now. */
  private void drainEarly(Tail tail) {
    boolean again = true;
    while (again && !tail.early.isEmpty() && tail.isFollowing()) {
      again = false;
      for (int i = 0; i < tail.early.size(); i++) {
        Tail.Fit fit = tail.fit(tail.early.get(i));
        if (fit != Tail.Fit.AHEAD) {
          Batch batch = tail.early.remove(i);
          if (fit == Tail.Fit.NEXT) {
            tails.show(tail, batch);
          } else if (fit == Tail.Fit.FOREIGN) {
            restart(tail, "foreign");
            return;
          }
          again = true;
          break;
        }
      }
    }
  }

  /** Looks for what is missing, unless it has come by then; one look at a time for a channel. */
  private void repairSoon(Tail tail, long afterMs) {
    if (!tail.repairing) {
      tail.repairing = true;
      loop.after(afterMs, () -> repair(tail));
    }
  }

  /** Looks for what a tail is known to lack, if it lacks anything in a while. */
  void lookAround(Tail tail) {
    if (tail.isBehind()) {
      repairSoon(tail, EARLY_MS);
    }
  }

  private void repair(Tail tail) {
    tail.repairing = false;
    if (!tails.has(tail) || !tail.isBehind()) {
      return;
    }
    lookOnce(tail, "hole");
  }

  /** Reads on from where a tail stands, once. */
  private void lookOnce(Tail tail, String reason) {
    if (tail.repairing || !tail.isFollowing()) {
      return;
    }
    tail.repairing = true;
    parts.metrics().repair(reason);
    Position from = tail.head();
    int life = tail.life();
    loop.receive(
        looks.look(tail.channel, Look.after(from, HOLE, parts.node())),
        result -> {
          tail.repairing = false;
          if (!tails.has(tail) || tail.life() != life) {
            return;
          }
          if (result.failed()) {
            repairSoon(tail, AGAIN_MS);
          } else if (result.result().slice().gap() != null) {
            restart(tail, "gap");
          } else {
            learn(tail, result.result());
            forgetWhatNeverWas(tail, result.result().slice().head());
          }
        });
  }

  /** What came early fits nowhere if the record does not reach so far. */
  private void forgetWhatNeverWas(Tail tail, Position head) {
    if (tail.isFollowing() && tail.head().equals(head) && !tail.early.isEmpty()) {
      tail.early.clear();
      tail.knownHead = head.offset();
    }
  }

  /** Takes what a look brought that comes next, and looks on if there is more. */
  void learn(Tail tail, Sliced sliced) {
    Broker.Slice slice = sliced.slice();
    if (!tail.isFollowing()) {
      return;
    }
    if (slice.head().epoch() != tail.head().epoch()) {
      restart(tail, "epoch");
      return;
    }
    tail.knownHead = slice.head().offset();
    if (slice.gap() == null && !slice.events().isEmpty()) {
      Tail.Fit fit = tail.fit(slice.events());
      if (fit == Tail.Fit.NEXT) {
        tails.show(tail, slice.events());
        drainEarly(tail);
      } else if (fit == Tail.Fit.FOREIGN) {
        restart(tail, "foreign");
        return;
      }
    }
    lookAround(tail);
  }

  /**
   * The tail is not the end of the owner's log: nothing of it counts any more. Readers ask the
   * record, which tells them what they missed.
   */
  private void restart(Tail tail, String reason) {
    if (tail.isFollowing()) {
      Position at = tail.head();
      LOG.debug("channel {}: the end is read again from {}: {}", tail.channel, at, reason);
      parts.metrics().repair(reason);
      tails.counting(tail, () -> tail.lose(tails.nextVersion()));
      tail.early.clear();
      beginAgain(tail, at, loop.nowMs() + GIVE_UP_MS);
    }
  }

  /** Follows at the owner, with what the first who waits asks for. */
  void begin(Tail tail, Start start, Broker.Page page) {
    long version = tail.version;
    loop.receive(
        looks.look(tail.channel, following(tail, start, false, page)),
        result -> {
          if (!tails.has(tail) || tail.version != version) {
            return; // sent away, or begun anew
          }
          if (result.failed()) {
            failed(tail, Looks.unavailable(result.cause()));
          } else {
            begun(tail, result.result(), true);
          }
        });
  }

  /** A reader starts before the tail: the record is read for it, and all like it. */
  void widen(Tail tail, Tail.Waiting reader) {
    widening.widen(tail, reader);
  }

  private void widen(Tail tail, Sliced whole) {
    if (tails.has(tail)) {
      learn(tail, whole);
      tails.counting(
          tail, () -> tail.widen(whole, parts.boundsOf().apply(tail.channel), loop.nowMs()));
    }
  }

  /** Begins anew where a tail stood, until the record answers or nobody would wait any longer. */
  private void beginAgain(Tail tail, Position at, long untilMs) {
    long version = tail.version;
    Start from = new Start.After(at);
    loop.receive(
        looks.look(tail.channel, following(tail, from, false, HOLE)),
        result -> {
          if (!tails.has(tail) || tail.version != version) {
            return;
          }
          if (result.succeeded()) {
            begun(tail, result.result(), false);
            tails.reset(tail.channel);
          } else if (loop.nowMs() < untilMs) {
            loop.after(AGAIN_MS, () -> beginAgain(tail, at, untilMs));
          } else {
            failed(tail, Looks.unavailable(result.cause()));
          }
        });
  }

  /**
   * The owner has answered.
   *
   * @param first whether it was asked what the first who waits wants to know
   */
  private void begun(Tail tail, Sliced answer, boolean first) {
    tails.counting(
        tail, () -> tail.begin(answer, parts.boundsOf().apply(tail.channel), loop.nowMs()));
    List<Tail.Waiting> waited = new ArrayList<>(tail.waiting);
    tail.waiting.clear();
    for (int i = 0; i < waited.size(); i++) {
      if (i == 0 && first) {
        waited.get(i).answer().complete(answer.slice());
      } else {
        answers.accept(tail, waited.get(i));
      }
    }
    drainEarly(tail);
    lookAround(tail);
  }

  /** The channel cannot be followed now: who waits, and who reads, comes back later. */
  void failed(Tail tail, Broker.Unavailable why) {
    tails.remove(tail);
    tail.waiting.forEach(each -> each.answer().fail(why));
    tail.waiting.clear();
    tails.unavailable(tail.channel, why);
  }

  /** What is asked of an owner to follow there under a new version; null if the tail has ended. */
  private Look.@Nullable Query followingAgain(Tail tail) {
    if (!tails.has(tail) || !tail.isFollowing()) {
      return null;
    }
    tail.version = tails.nextVersion();
    parts.metrics().repair("owner");
    return following(tail, new Start.After(tail.head()), true, HOLE);
  }

  /** What the new owner has beyond the tail comes with its answer. */
  private void followed(Tail tail, Sliced answer) {
    if (!tails.has(tail)) {
      return;
    }
    if (answer.slice().gap() != null) {
      restart(tail, "gap");
    } else {
      learn(tail, answer);
    }
  }

  /** The owner is told of the readers with it. */
  private Look.Query following(Tail tail, Start start, boolean attached, Broker.Page page) {
    tail.toldReaders = tails.readers(tail);
    return new Look.Query(start, attached, page, parts.node(), tail.version, tail.toldReaders);
  }

  /**
   * Mends what differs from the owner of some partitions, some in each turn.
   *
   * @param entries all that the owner has noted for this node in them
   * @param differing hears how many channels differed
   */
  void mend(
      Set<Integer> partitions, Map<String, Differences.Entry> entries, IntConsumer differing) {
    int[] count = {0};
    tails.each(
        tail -> {
          boolean differs =
              partitions.contains(tail.partition)
                  && tail.isFollowing()
                  && mend(tail, entries.get(tail.channel));
          count[0] += differs ? 1 : 0;
          return differs ? Turns.OPERATION : 1;
        },
        () -> {
          unfollowOthers(entries.values());
          differing.accept(count[0]);
        });
  }

  private void unfollowOthers(Collection<Differences.Entry> entries) {
    for (Differences.Entry entry : entries) {
      if (isHome(entry.channel()) && tails.find(entry.channel()) == null) {
        parts.owners().unfollow(entry.channel(), entry.version());
      }
    }
  }

  private boolean mend(Tail tail, Differences.@Nullable Entry there) {
    if (there == null || there.version() < tail.version) {
      again.tell(tail);
      return true;
    }
    if (there.readers() != tail.toldReaders) {
      tail.toldReaders = Tail.UNTOLD;
    }
    Position here = tail.head();
    Position head = there.head();
    if (head.epoch() != here.epoch()
        || there.deletedTo() > tail.deletedTo
        || (head.offset() == here.offset() && head.stamp() != here.stamp())) {
      restart(tail, "epoch");
      return true;
    }
    if (head.offset() > here.offset()) {
      // A hint may be on its way: look only if the tail has not come so far in a while.
      loop.after(
          HINT_MS,
          () -> {
            if (tails.has(tail)
                && tail.isFollowing()
                && tail.head().epoch() == head.epoch()
                && tail.head().offset() < head.offset()) {
              lookOnce(tail, "digest");
            }
          });
      return true;
    }
    return false;
  }

  private boolean isHome(String channel) {
    return Math.floorMod(Channel.hash(channel), parts.loops()) == loop.index();
  }
}
