package io.sluice.cluster.history;

import io.sluice.channel.Position;
import io.sluice.cluster.history.Attempt.Answer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A history made by hand. Time goes on by one with each line. */
final class Forged {

  final List<Attempt> attempts = new ArrayList<>();
  final Map<String, Hand> readers = new LinkedHashMap<>();
  private long now;

  /** A position; the stamp follows from epoch and offset. */
  static Position at(long epoch, long offset) {
    return new Position(epoch, offset, offset == 0 ? 0 : (int) (1000 * epoch + offset));
  }

  long tick() {
    return ++now;
  }

  Forged acknowledged(String channel, String id, long epoch, long offset) {
    return attempt(channel, id, Answer.ACKNOWLEDGED, at(epoch, offset));
  }

  Forged refused(String channel, String id) {
    return attempt(channel, id, Answer.REFUSED, null);
  }

  Forged unknown(String channel, String id) {
    return attempt(channel, id, Answer.UNKNOWN, null);
  }

  Forged attempt(String channel, String id, Answer answer, Position position) {
    attempts.add(new Attempt(id, channel, hash(id), answer, position, tick(), tick()));
    return this;
  }

  static String hash(String id) {
    return "hash of " + id;
  }

  Hand reader(String name, String... channels) {
    return readers.computeIfAbsent(name, n -> new Hand(Set.of(channels)));
  }

  History history() {
    List<History.Reader> all = new ArrayList<>();
    readers.forEach((name, hand) -> all.add(new History.Reader(name, hand.channels, hand.notes)));
    return new History(attempts, all);
  }

  Verdict verdict() {
    return Checker.check(history());
  }

  /** One reader's notes. */
  final class Hand {
    final Set<String> channels;
    final List<Note> notes = new ArrayList<>();

    private Hand(Set<String> channels) {
      this.channels = channels;
    }

    Hand stood(String channel, long epoch, long offset) {
      notes.add(new Note.Stood(channel, at(epoch, offset), tick()));
      return this;
    }

    Hand saw(String channel, String id, long epoch, long offset) {
      return saw(channel, id, hash(id), at(epoch, offset));
    }

    Hand saw(String channel, String id, String hash, Position position) {
      notes.add(new Note.Saw(channel, position, id, hash, tick()));
      return this;
    }

    Hand told(String channel, String reason, long epoch, long offset) {
      notes.add(new Note.Told(channel, reason, at(epoch, offset), tick()));
      return this;
    }

    Hand left(String channel) {
      notes.add(new Note.Left(channel, tick()));
      return this;
    }
  }
}
