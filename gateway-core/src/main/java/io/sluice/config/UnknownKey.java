package io.sluice.config;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key that its block does not know.
 *
 * @param block the path of the block, with {@code []} for an item of a list; empty at the top
 * @param known the keys that the block has
 * @param written those and others that are written there
 */
record UnknownKey(String key, String block, Set<String> known, Set<String> written) {

  /** What to do about it. */
  String remedy(List<Reading.Key> everywhere) {
    String near = Spelling.nearest(key, known);
    List<String> meant = near == null ? Spelling.longer(key, known) : List.of(near);
    if (!meant.isEmpty()) {
      return "did you mean " + String.join(" or ", meant) + "?";
    }
    String place = place(everywhere);
    return place == null ? "remove it" : "it belongs to " + place + inside(place);
  }

  /**
   * One inside this block that must be there; else the last that was read, which is inside this
   * block too, if any such is.
   */
  private @Nullable String place(List<Reading.Key> everywhere) {
    String last = null;
    for (Reading.Key each : everywhere) {
      if (each.path().endsWith("." + key)) {
        last = each.path();
        if (each.shape() == Reading.Shape.REQUIRED && last.startsWith(prefix())) {
          return last;
        }
      }
    }
    return last;
  }

  /** How it is written, if it is in a block right inside this one that is not there yet. */
  private String inside(String place) {
    if (!place.startsWith(prefix())) {
      return "";
    }
    String[] words = place.substring(prefix().length()).split("\\.", -1);
    boolean next = words.length == 2 && !words[0].endsWith("]") && !written.contains(words[0]);
    return next ? ": write " + within(words[0], words[1] + ": …") : "";
  }

  private String prefix() {
    return block.isEmpty() ? "" : block + ".";
  }

  /** A block of one line. */
  static String within(String block, String line) {
    return block + ": { " + line + " }";
  }
}
