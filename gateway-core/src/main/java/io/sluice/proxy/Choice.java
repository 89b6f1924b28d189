package io.sluice.proxy;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which of several targets gets a request: the one with the fewest requests under way. */
final class Choice {

  private Choice() {}

  /**
   * Picks a target.
   *
   * @param targets at least one
   * @param turn which of equal ones comes first; another number for each request
   * @param tried those that failed this request; taken again only if there is no other
   */
  static Target pick(List<Target> targets, int turn, Set<Target> tried, long nowMs) {
    for (Target target : targets) {
      if (!tried.contains(target) && target.health().mayTry(nowMs)) {
        return target;
      }
    }
    Target best = least(targets, turn, tried, true);
    if (best == null) {
      best = least(targets, turn, tried, false);
    }
    if (best == null) {
      best = least(targets, turn, Set.of(), true);
    }
    return best == null ? targets.get(Math.floorMod(turn, targets.size())) : best;
  }

  private static @Nullable Target least(
      List<Target> targets, int turn, Set<Target> tried, boolean up) {
    Target best = null;
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(Math.floorMod(turn + i, targets.size()));
      boolean fits = !tried.contains(target) && (!up || target.health().isUp());
      if (fits && (best == null || target.underWay() < best.underWay())) {
        best = target;
      }
    }
    return best;
  }
}
