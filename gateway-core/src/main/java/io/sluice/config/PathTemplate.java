package io.sluice.config;

import io.sluice.config.PathTemplate.Segment.Literal;
import io.sluice.config.PathTemplate.Segment.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A route's path: literal segments, {@code {x}} for one segment that is not empty, and {@code /**}
 * at the end for any rest. {@code /a} is not {@code /a/}, and {@code /a/**} starts at {@code /a/}.
 *
 * @param text as configured
 * @param segments what stands between the slashes; a last {@code **} is not among them
 * @param rest whether it ends in {@code /**}
 */
public record PathTemplate(String text, List<Segment> segments, boolean rest) {

  /** How it is written, for the schema; {@link #read} knows more. */
  static final String FORM =
      "(?=/)(?:/(?:\\{[A-Za-z][A-Za-z0-9_-]*\\}|[^/*?#{}\\x00-\\x20\\x7f]*))*(?:/\\*\\*)?";

  private static final int MAX_LENGTH = 1024;
  private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_-]*)}");

  public PathTemplate {
    segments = List.copyOf(segments);
  }

  /** One segment. */
  public sealed interface Segment {
    /** Exactly this text, percent-decoded. */
    record Literal(String text) implements Segment {}

    /** Any one segment, known by a name. */
    record Variable(String name) implements Segment {}
  }

  /** What became of a path. */
  public sealed interface Outcome {
    /** Another path. */
    record None() implements Outcome {}

    /** This path; the variables are percent-decoded once, not empty, and hold no {@code /}. */
    record Matched(Map<String, String> variables) implements Outcome {
      public Matched {
        variables = Map.copyOf(variables);
      }
    }

    /**
     * This path, but a variable is no text or holds a {@code /} (NAM-2).
     *
     * @param problem a sentence for people
     */
    record Malformed(String problem) implements Outcome {}
  }

  private static final Outcome NONE = new Outcome.None();

  /**
   * A template from its text.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  public static PathTemplate parse(String text) {
    Parsed<PathTemplate> parsed = read(text);
    if (parsed instanceof Parsed.Good<PathTemplate> good) {
      return good.value();
    }
    throw new IllegalArgumentException(
        "path template "
            + text
            + " (expected "
            + Kind.path().expected()
            + "): "
            + ((Parsed.Bad<PathTemplate>) parsed).advice());
  }

  static Parsed<PathTemplate> read(String text) {
    if (!text.startsWith("/")) {
      return Parsed.bad("start the path with /");
    }
    if (text.length() > MAX_LENGTH) {
      return Parsed.bad("shorten the path to " + MAX_LENGTH + " characters");
    }
    boolean rest = text.endsWith("/**");
    String[] texts = text.substring(1).split("/", -1);
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < texts.length - (rest ? 1 : 0); i++) {
      Parsed<Segment> segment = segment(texts[i], i == texts.length - 1);
      if (!(segment instanceof Parsed.Good<Segment> good)) {
        return new Parsed.Bad<>(((Parsed.Bad<Segment>) segment).advice());
      }
      if (good.value() instanceof Variable && segments.contains(good.value())) {
        return Parsed.bad("give each variable a name of its own");
      }
      segments.add(good.value());
    }
    return Parsed.good(new PathTemplate(text, segments, rest));
  }

  private static Parsed<Segment> segment(String text, boolean last) {
    var variable = VARIABLE.matcher(text);
    if (variable.matches()) {
      return Parsed.good(new Variable(variable.group(1)));
    }
    if ((text.isEmpty() && !last) || text.equals(".") || text.equals("..")) {
      return Parsed.bad("remove the empty, . or .. segment: no request reaches it");
    }
    if (text.indexOf('*') >= 0) {
      return Parsed.bad("write {name} for one segment, /** only at the end");
    }
    if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
      return Parsed.bad("a variable is a whole segment, {name} of letters, digits, _ and -");
    }
    return literal(text);
  }

  private static Parsed<Segment> literal(String text) {
    if (text.chars().anyMatch(c -> c == '?' || c == '#' || c <= ' ' || c == 0x7f)) {
      return Parsed.bad("a path has no query, fragment or space; write a space as %20");
    }
    String decoded = Percent.decode(text);
    if (decoded == null || decoded.indexOf('/') >= 0) {
      return Parsed.bad("write each % as %25 and no / as %2F");
    }
    return Parsed.good(new Literal(decoded));
  }

  /** The names of the variables, from left to right. */
  public List<String> variables() {
    List<String> names = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment instanceof Variable variable) {
        names.add(variable.name());
      }
    }
    return names;
  }

  /**
   * Matches a request's path.
   *
   * @param rawPath as it came, percent-encoded, a character for each byte, without the query
   */
  public Outcome match(String rawPath) {
    return rawPath.startsWith("/") ? match(split(rawPath)) : NONE;
  }

  /** The segments of a path that starts with a slash, still encoded. */
  static String[] split(String rawPath) {
    return rawPath.substring(1).split("/", -1);
  }

  Outcome match(String[] raw) {
    if (rest ? raw.length <= segments.size() : raw.length != segments.size()) {
      return NONE;
    }
    for (int i = 0; i < segments.size(); i++) {
      boolean fits =
          segments.get(i) instanceof Literal literal
              ? literal.text().equals(Percent.decodeRaw(raw[i]))
              : !raw[i].isEmpty();
      if (!fits) {
        return NONE;
      }
    }
    return variables(raw);
  }

  private Outcome variables(String[] raw) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i) instanceof Variable variable) {
        String value = Percent.decodeRaw(raw[i]);
        if (value == null) {
          return new Outcome.Malformed(
              "{" + variable.name() + "} of the path is not percent-encoded UTF-8");
        }
        if (value.indexOf('/') >= 0) {
          return new Outcome.Malformed(
              "{" + variable.name() + "} of the path holds a / (expected one segment)");
        }
        variables.put(variable.name(), value);
      }
    }
    return new Outcome.Matched(variables);
  }

  /**
   * The variables of a path that it matches, as they came; the rest is {@link PathRewrite#REST}.
   */
  Map<String, String> rawVariables(String[] raw) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i) instanceof Variable variable) {
        variables.put(variable.name(), raw[i]);
      }
    }
    if (rest) {
      List<String> left = Arrays.asList(raw).subList(segments.size(), raw.length);
      variables.put(PathRewrite.REST, String.join("/", left));
    }
    return variables;
  }

  /**
   * What it matches, whatever its variables are called: two templates of one shape are the same.
   */
  List<Object> shape() {
    List<Object> shape = new ArrayList<>();
    for (Segment segment : segments) {
      shape.add(segment instanceof Literal ? segment : "{}");
    }
    shape.add(rest);
    return shape;
  }

  /**
   * Orders templates so that of two that match one path the better comes first (NEG-8): at the
   * first segment where they differ in kind, a literal, then {@code {x}}, then the rest.
   */
  int precedence(PathTemplate other) {
    int shorter = Math.min(segments.size(), other.segments.size());
    for (int i = 0; i <= shorter; i++) {
      int order = Integer.compare(rank(i), other.rank(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private int rank(int index) {
    if (index >= segments.size()) {
      return rest ? 2 : 3;
    }
    return segments.get(index) instanceof Literal ? 0 : 1;
  }
}
