package io.sluice.cluster.chaos;

import io.sluice.cluster.history.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The table of a page, between its markers. A run replaces its own row; rows of other runs stay.
 */
final class Report {

  private static final String BEGIN = "<!-- chaos:begin -->";
  private static final String END = "<!-- chaos:end -->";
  private static final String HEAD =
      "| run | what is done | noticed after | no publish for | outage | recovered after | publishes"
          + " acknowledged / of unknown outcome | events seen | gaps told / readers | violations |";
  private static final String RULE = "|---|---|---|---|---|---|---|---|---|---|";

  private Report() {}

  /**
   * Writes what came of runs.
   *
   * @param order of all rows
   */
  static void write(Path page, List<Fault> order, List<Outcome> outcomes) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(page + " has no markers " + BEGIN + " and " + END);
    }
    Map<String, String> rows = rows(text.substring(begin, end));
    outcomes.forEach(outcome -> rows.put(outcome.fault().name(), row(outcome)));
    List<String> lines = new ArrayList<>(List.of(BEGIN, HEAD, RULE));
    for (Fault fault : order) {
      String row = rows.get(fault.name());
      if (row != null) {
        lines.add(row);
      }
    }
    Files.writeString(
        page, text.substring(0, begin) + String.join("\n", lines) + "\n" + text.substring(end));
  }

  private static Map<String, String> rows(String table) {
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : table.lines().toList()) {
      if (line.startsWith("| `")) {
        rows.put(line.substring(3, line.indexOf('`', 3)), line);
      }
    }
    return rows;
  }

  private static String row(Outcome outcome) {
    Outcome.Figures figures = outcome.figures();
    int violations = 0;
    for (Kind kind : Kind.values()) {
      violations += outcome.verdict().count(kind);
    }
    return "| `%s` | %s | %s | %s | %s | %s | %d / %d | %d | %d / %d | %s |"
        .formatted(
            outcome.fault().name(),
            outcome.fault().words(),
            range(outcome.times().detections()),
            range(outcome.times().outages()),
            seconds(figures.outageMs()),
            range(outcome.times().recoveries()),
            figures.acknowledged(),
            figures.unknown(),
            figures.seen(),
            figures.gaps(),
            figures.gapped(),
            outcome.failures().isEmpty() ? violations : violations + ", failed");
  }

  private static String range(List<Long> ms) {
    if (ms.isEmpty()) {
      return "–";
    }
    long least = ms.stream().mapToLong(Long::longValue).min().orElseThrow();
    long most = ms.stream().mapToLong(Long::longValue).max().orElseThrow();
    return ms.size() == 1 ? seconds(most) : seconds(least) + " to " + seconds(most);
  }

  static String seconds(long ms) {
    return String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
  }
}
