package io.sluice.cluster.history;

import io.sluice.cluster.history.Publishes.Publish;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Judges a history by the rules of {@link Kind}. */
public final class Checker {

  private final Verdict verdict = new Verdict();
  private final Publishes publishes;
  private final Map<String, List<Track>> tracks = new HashMap<>();

  private Checker(List<Attempt> attempts) {
    publishes = new Publishes(attempts, verdict);
  }

  /**
   * The verdict on a run that has drained.
   *
   * @throws IllegalArgumentException if two publishes have one id: then the log itself is wrong
   */
  public static Verdict check(History history) {
    Checker checker = new Checker(history.attempts());
    history.readers().forEach(checker::follow);
    checker.publishes.checkOrderInTime();
    checker.findLost();
    return checker.verdict;
  }

  private void follow(History.Reader reader) {
    Map<String, Track> own = new HashMap<>();
    for (String channel : reader.channels()) {
      Track track = new Track(reader.name(), channel, publishes, verdict);
      own.put(channel, track);
      tracks.computeIfAbsent(channel, c -> new ArrayList<>()).add(track);
    }
    for (Note note : reader.notes()) {
      Track track = own.get(note.channel());
      if (track == null) {
        verdict.found(Kind.CROSS_TALK, reader.name() + " did not ask for " + note);
      } else {
        track.on(note);
      }
    }
  }

  private void findLost() {
    for (Publish publish : publishes.all()) {
      for (Track track : tracks.getOrDefault(publish.channel, List.of())) {
        track.mustHaveSeen(publish);
      }
    }
  }
}
