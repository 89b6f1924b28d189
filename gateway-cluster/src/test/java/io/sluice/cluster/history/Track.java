package io.sluice.cluster.history;

import io.sluice.channel.Position;
import io.sluice.cluster.history.Publishes.Publish;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One reader's way through one channel. */
final class Track {

  private final String who;
  private final Verdict verdict;
  private final Publishes publishes;

  private final Set<Position> seen = new HashSet<>();
  private final Map<String, Set<Long>> epochsOfSeen = new HashMap<>();
  private final Set<Long> epochs = new HashSet<>();
  private final List<Told> gaps = new ArrayList<>();
  private Position first;
  private long firstNs;
  private Position at;
  private boolean left;

  Track(String reader, String channel, Publishes publishes, Verdict verdict) {
    this.who = reader + " in " + channel;
    this.publishes = publishes;
    this.verdict = verdict;
  }

  /** A gap that this reader was told, with the position that it had before; null if it had none. */
  private record Told(Position from, Position goOn, long ns) {}

  void on(Note note) {
    if (note instanceof Note.Stood stood) {
      onStood(stood);
    } else if (note instanceof Note.Told told) {
      gaps.add(new Told(at, told.goOn(), told.ns()));
      moveTo(told.goOn(), told.ns());
    } else if (note instanceof Note.Saw saw) {
      onSaw(saw);
    } else {
      left = true;
    }
  }

  private void onStood(Note.Stood stood) {
    boolean behind =
        at != null && stood.at().epoch() == at.epoch() && stood.at().offset() < at.offset();
    if (behind) {
      return; // Harmless by itself: what comes again is seen to be repeated.
    }
    if (at != null && !at.equals(stood.at())) {
      silent("is said to stand at " + stood.at());
    }
    moveTo(stood.at(), stood.ns());
  }

  private void onSaw(Note.Saw saw) {
    Position now = saw.at();
    Publish publish = published(saw);
    boolean anew = seen.add(now);
    if (!anew) {
      verdict.found(Kind.REPEATED, who + " saw " + now + " (" + saw.id() + ") twice");
    } else {
      inOrder(saw);
    }
    if (publish != null && anew) {
      publishes.stands(publish, now);
      countEpoch(saw);
    }
    boolean falls = at != null && now.epoch() == at.epoch() && now.offset() <= at.offset();
    if (!falls) {
      moveTo(now, saw.ns());
    }
  }

  /** The publish that was seen, if it was one that may be seen here. */
  private Publish published(Note.Saw saw) {
    Publish publish = publishes.get(saw.id());
    if (publish == null) {
      verdict.found(Kind.PHANTOM, who + " saw " + saw.id() + ", which nobody published");
      return null;
    }
    if (!publish.channel.equals(saw.channel())) {
      verdict.found(Kind.CROSS_TALK, who + " saw " + publish);
      return null;
    }
    if (!publish.hash.equals(saw.hash())) {
      verdict.found(Kind.PHANTOM, who + " saw " + publish + " with other content");
      return null;
    }
    if (publish.surelyNot) {
      verdict.found(Kind.PHANTOM, who + " saw " + publish + ", which was refused");
      return null;
    }
    return publish;
  }

  private void inOrder(Note.Saw saw) {
    Position now = saw.at();
    if (at == null || now.epoch() != at.epoch() || now.offset() > at.offset() + 1) {
      silent("saw " + now + " (" + saw.id() + ")");
    } else if (now.offset() <= at.offset()) {
      verdict.found(Kind.REORDERED, who + " saw " + now + " (" + saw.id() + ") after " + at);
    }
  }

  /** Two positions in one epoch are found by {@link Publishes#stands}. */
  private void countEpoch(Note.Saw saw) {
    Set<Long> before = epochsOfSeen.computeIfAbsent(saw.id(), id -> new HashSet<>());
    if (before.add(saw.at().epoch()) && before.size() > 1) {
      verdict.seenAgainInAnotherEpoch();
    }
  }

  private void silent(String what) {
    verdict.found(
        Kind.SILENT_GAP,
        who + " " + what + (at == null ? " before any position" : " next after " + at));
  }

  private void moveTo(Position position, long ns) {
    if (first == null) {
      first = position;
      firstNs = ns;
    }
    at = position;
    epochs.add(position.epoch());
  }

  /** Finds the publish lost if this reader should have seen it. */
  void mustHaveSeen(Publish publish) {
    if (epochsOfSeen.containsKey(publish.id)) {
      return;
    }
    for (Position place : publish.places.values()) {
      if (owes(publish, place)) {
        verdict.found(Kind.LOST, who + " never saw " + publish + "; it ended at " + at);
        return;
      }
    }
  }

  private boolean owes(Publish publish, Position place) {
    if (first == null) {
      return false;
    }
    boolean since =
        place.epoch() == first.epoch()
            ? place.offset() > first.offset()
            : publish.beganNs > firstNs;
    boolean until = !left || (place.epoch() == at.epoch() && place.offset() <= at.offset());
    return since && until && gaps.stream().noneMatch(gap -> excuses(gap, publish, place));
  }

  private boolean excuses(Told gap, Publish publish, Position place) {
    boolean before = publish.beganNs < gap.ns;
    boolean ofOld = gap.from != null && place.epoch() == gap.from.epoch();
    boolean ofNew = place.epoch() == gap.goOn.epoch();
    if (ofOld) {
      boolean ahead = place.offset() > gap.from.offset();
      return ofNew ? ahead && place.offset() <= gap.goOn.offset() : ahead && before;
    }
    return ofNew ? place.offset() <= gap.goOn.offset() : before && !epochs.contains(place.epoch());
  }
}
