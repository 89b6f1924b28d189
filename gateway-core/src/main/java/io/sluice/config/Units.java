package io.sluice.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations ({@code 250ms 25s 2m 24h}) and sizes ({@code 512B 64KiB 1MiB 2GiB}). */
final class Units {

  /** A unit in terms of the smallest one of its scale, the largest first. */
  private record Unit(String name, long factor) {}

  private static final List<Unit> TIME =
      List.of(
          new Unit("h", 3_600_000), new Unit("m", 60_000), new Unit("s", 1000), new Unit("ms", 1));
  private static final List<Unit> SIZE =
      List.of(
          new Unit("GiB", 1L << 30),
          new Unit("MiB", 1L << 20),
          new Unit("KiB", 1L << 10),
          new Unit("B", 1));
  private static final Pattern NUMBER_UNIT = Pattern.compile("(0|[1-9][0-9]{0,17})([A-Za-z]{0,9})");

  private Units() {}

  /** A duration, bounds included. */
  static Kind<Duration> duration(String min, String max) {
    Function<String, Parsed<Duration>> parser =
        text -> {
          Parsed<Long> ms = number(text, TIME, "s");
          if (ms instanceof Parsed.Good<Long> good) {
            return within(good.value(), valueOf(min, TIME), valueOf(max, TIME))
                ? Parsed.good(Duration.ofMillis(good.value()))
                : Parsed.bad();
          }
          return new Parsed.Bad<>(((Parsed.Bad<Long>) ms).advice());
        };
    Form form = form(valueOf(min, TIME), valueOf(max, TIME), TIME);
    return new Kind<>("duration", min + " to " + max, min, parser, Units::show, form);
  }

  /** A number of bytes, bounds included. */
  static Kind<Long> size(String min, String max) {
    Function<String, Parsed<Long>> parser =
        text -> {
          Parsed<Long> bytes = number(text, SIZE, "B");
          return bytes instanceof Parsed.Good<Long> good
                  && !within(good.value(), valueOf(min, SIZE), valueOf(max, SIZE))
              ? Parsed.bad()
              : bytes;
        };
    Form form = form(valueOf(min, SIZE), valueOf(max, SIZE), SIZE);
    return new Kind<>("size", min + " to " + max, min, parser, bytes -> show(bytes, SIZE), form);
  }

  /** In each unit the numbers that are within the bounds. */
  private static Form form(long min, long max, List<Unit> units) {
    List<String> parts = new ArrayList<>();
    for (Unit unit : units) {
      long low = (min + unit.factor - 1) / unit.factor;
      if (low <= max / unit.factor) {
        parts.add(Digits.between(low, max / unit.factor) + unit.name);
      }
    }
    return new Form.Text(String.join("|", parts));
  }

  /** As it would be written, in the largest unit that is exact. */
  static String show(Duration duration) {
    return duration.isZero() ? "0s" : show(duration.toMillis(), TIME);
  }

  private static String show(long value, List<Unit> units) {
    for (Unit unit : units) {
      if (value != 0 && value % unit.factor == 0) {
        return value / unit.factor + unit.name;
      }
    }
    return value + units.get(units.size() - 1).name;
  }

  private static Parsed<Long> number(String text, List<Unit> units, String usual) {
    Matcher matcher = NUMBER_UNIT.matcher(text);
    if (text.startsWith("-")) {
      return Parsed.bad();
    }
    if (!matcher.matches()) {
      return Parsed.bad("write a whole number and one of the units " + names(units));
    }
    if (matcher.group(2).isEmpty()) {
      return Parsed.bad("add a unit, e.g. " + text + usual);
    }
    for (Unit unit : units) {
      if (unit.name.equals(matcher.group(2))) {
        long number = Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE / unit.factor
            ? Parsed.bad()
            : Parsed.good(number * unit.factor);
      }
    }
    return Parsed.bad(wrongUnit(matcher.group(1), matcher.group(2), units));
  }

  /** {@code KB} and {@code kib} are meant as {@code KiB}, {@code S} as {@code s}. */
  private static String wrongUnit(String number, String written, List<Unit> units) {
    for (Unit unit : units) {
      String name = unit.name.toLowerCase(Locale.ROOT);
      String word = written.toLowerCase(Locale.ROOT);
      if (name.equals(word) || name.replace("ib", "b").equals(word)) {
        return "write " + number + unit.name;
      }
    }
    return "use one of the units " + names(units);
  }

  private static String names(List<Unit> units) {
    return String.join(", ", units.stream().map(Unit::name).toList());
  }

  private static long valueOf(String bound, List<Unit> units) {
    return ((Parsed.Good<Long>) number(bound, units, "")).value();
  }

  private static boolean within(long value, long min, long max) {
    return value >= min && value <= max;
  }
}
