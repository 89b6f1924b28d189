package io.sluice.cli;

import java.util.Map;
import java.util.TreeMap;

/**
 * A page of metrics in the Prometheus text format, as far as {@code status} needs it.
 *
 * @param page the text
 */
record Numbers(String page) {

  /** The sum over all labels; 0 if the page lacks the metric. */
  long total(String name) {
    return byLabel(name, "").values().stream().mapToLong(value -> (Long) value).sum();
  }

  /** The values of a metric by one of its labels, summed over the others. */
  Map<String, Object> byLabel(String name, String label) {
    Map<String, Object> values = new TreeMap<>();
    page.lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .forEach(
            line -> {
              // Labels of the gateway's metrics are plain words: no escapes, no spaces.
              String key = line.replaceFirst(".*[{,]" + label + "=\"([^\"]*)\".*", "$1");
              String number = line.substring(line.lastIndexOf(' ') + 1);
              values.merge(
                  key.equals(line) ? "" : key,
                  Math.round(Double.parseDouble(number)),
                  (one, other) -> (Long) one + (Long) other);
            });
    return values;
  }
}
