package io.sluice.config;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the word that was meant. */
final class Spelling {

  private static final int LONGEST = 40;

  private Spelling() {}

  /** The nearest of the known words, or null if none is near. */
  static @Nullable String nearest(String word, Collection<String> known) {
    String nearest = null;
    int least = 1 + Math.max(1, Math.min(word.length(), LONGEST) / 3);
    for (String candidate : known) {
      int distance = word.length() > LONGEST ? least : distance(word, candidate);
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    return nearest;
  }

  /** The known words that the word is a part of, between hyphens. */
  static List<String> longer(String word, Collection<String> known) {
    return known.stream().filter(each -> ("-" + each + "-").contains("-" + word + "-")).toList();
  }

  /** Optimal string alignment: inserted, left out, replaced or swapped neighbouring characters. */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        d[i][j] = i == 0 || j == 0 ? i + j : step(a, b, d, i, j);
      }
    }
    return d[a.length()][b.length()];
  }

  private static int step(String a, String b, int[][] d, int i, int j) {
    int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    int least = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, d[i - 2][j - 2] + 1) : least;
  }
}
