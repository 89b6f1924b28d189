package io.sluice.cluster.history;

import io.sluice.channel.Position;
import io.sluice.cluster.history.Attempt.Answer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was published, and where it came to stand, by answers and by what readers saw. */
final class Publishes {

  private final Map<String, Publish> byId = new LinkedHashMap<>();
  private final Map<Place, String> taken = new HashMap<>();
  private final Verdict verdict;

  Publishes(List<Attempt> attempts, Verdict verdict) {
    this.verdict = verdict;
    for (Attempt attempt : attempts) {
      byId.computeIfAbsent(attempt.id(), id -> new Publish(attempt)).add(attempt);
    }
    for (Attempt attempt : attempts) {
      if (attempt.answer() == Answer.ACKNOWLEDGED) {
        stands(byId.get(attempt.id()), attempt.at());
      }
    }
  }

  /** A place in a channel, whatever stamp the event there has. */
  private record Place(String channel, long epoch, long offset) {}

  /** One publish, over all of its attempts. */
  static final class Publish {
    final String id;
    final String channel;
    final String hash;

    /** Its positions, one for each epoch. */
    final Map<Long, Position> places = new LinkedHashMap<>();

    long beganNs;
    long acknowledgedNs = Long.MAX_VALUE;
    boolean surelyNot = true;

    private Publish(Attempt first) {
      id = first.id();
      channel = first.channel();
      hash = first.hash();
      beganNs = first.beganNs();
    }

    private void add(Attempt attempt) {
      if (!attempt.channel().equals(channel) || !attempt.hash().equals(hash)) {
        throw new IllegalArgumentException("two publishes have the id " + id);
      }
      beganNs = Math.min(beganNs, attempt.beganNs());
      surelyNot &= attempt.answer() == Answer.REFUSED;
      if (attempt.answer() == Answer.ACKNOWLEDGED) {
        acknowledgedNs = Math.min(acknowledgedNs, attempt.endedNs());
      }
    }

    @Override
    public String toString() {
      return id + " in " + channel + " at " + places.values();
    }
  }

  /** The publish of an id; null if there was none. */
  Publish get(String id) {
    return byId.get(id);
  }

  Collection<Publish> all() {
    return byId.values();
  }

  /** Somebody says that the publish stands there. */
  void stands(Publish publish, Position at) {
    Position other = publish.places.putIfAbsent(at.epoch(), at);
    if (other != null && other.offset() != at.offset()) {
      verdict.found(Kind.REPEATED, publish + " stands at " + at + " too");
      return;
    }
    if (other != null && other.stamp() != at.stamp()) {
      verdict.found(Kind.REORDERED, publish + " has another stamp: " + at);
      return;
    }
    String there =
        taken.putIfAbsent(new Place(publish.channel, at.epoch(), at.offset()), publish.id);
    if (there != null && !there.equals(publish.id)) {
      verdict.found(Kind.REORDERED, publish + " has the place of " + there);
    }
  }

  /** A publish that began after another one was acknowledged stands behind it. */
  void checkOrderInTime() {
    Map<Map.Entry<String, Long>, List<Publish>> logs = new HashMap<>();
    for (Publish publish : byId.values()) {
      for (long epoch : publish.places.keySet()) {
        logs.computeIfAbsent(Map.entry(publish.channel, epoch), log -> new ArrayList<>())
            .add(publish);
      }
    }
    logs.forEach((log, publishes) -> checkOrderInTime(log.getValue(), publishes));
  }

  private void checkOrderInTime(long epoch, List<Publish> log) {
    log.sort((a, b) -> Long.compare(b.places.get(epoch).offset(), a.places.get(epoch).offset()));
    Publish earliest = null;
    for (Publish publish : log) {
      if (earliest != null
          && earliest.acknowledgedNs < publish.beganNs
          && earliest.places.get(epoch).offset() > publish.places.get(epoch).offset()) {
        verdict.found(
            Kind.REORDERED,
            publish + " began after " + earliest + " was acknowledged, and stands before it");
      }
      if (earliest == null || publish.acknowledgedNs < earliest.acknowledgedNs) {
        earliest = publish;
      }
    }
  }
}
