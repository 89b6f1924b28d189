package io.sluice.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path for an upstream, made of the request's: {@code /v2/{user}/{**}}. Variables stand in it as
 * they came, percent-encoding included, so that nothing is decoded and encoded again.
 *
 * @param text as configured
 * @param literals what stands before, between and after the variables: one more than variables
 * @param variables in order; {@code **} is the rest of a path that ends in {@code /**}
 */
public record PathRewrite(String text, List<String> literals, List<String> variables) {

  /** The name of the rest of a path. */
  static final String REST = "**";

  private static final Pattern VARIABLE = Pattern.compile("\\{(\\*\\*|[A-Za-z][A-Za-z0-9_-]*)}");

  /** What a path may hold (RFC 3986 §3.3), a percent sign only before two digits. */
  private static final Pattern LITERAL =
      Pattern.compile("(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*");

  private static final int MAX_LENGTH = 1024;

  public PathRewrite {
    literals = List.copyOf(literals);
    variables = List.copyOf(variables);
  }

  static Parsed<PathRewrite> read(String text) {
    if (!text.startsWith("/")) {
      return Parsed.bad("start the path with /");
    }
    if (text.length() > MAX_LENGTH) {
      return Parsed.bad("shorten the path to " + MAX_LENGTH + " characters");
    }
    List<String> literals = new ArrayList<>();
    List<String> variables = new ArrayList<>();
    Matcher matcher = VARIABLE.matcher(text);
    int from = 0;
    while (matcher.find()) {
      literals.add(text.substring(from, matcher.start()));
      variables.add(matcher.group(1));
      from = matcher.end();
    }
    literals.add(text.substring(from));
    for (String literal : literals) {
      if (!LITERAL.matcher(literal).matches()) {
        return Parsed.bad("percent-encode what is not of a path; a query passes by itself");
      }
    }
    return Parsed.good(new PathRewrite(text, literals, variables));
  }

  /**
   * The path for the upstream. A rest that is empty or ends in a slash leaves no {@code //} before
   * the next text: that is refused of clients too.
   *
   * @param raw the variables of the request's path, still encoded
   */
  String expand(Map<String, String> raw) {
    StringBuilder path = new StringBuilder(literals.get(0));
    for (int i = 0; i < variables.size(); i++) {
      path.append(raw.getOrDefault(variables.get(i), ""));
      String next = literals.get(i + 1);
      boolean twice = next.startsWith("/") && path.charAt(path.length() - 1) == '/';
      path.append(next, twice ? 1 : 0, next.length());
    }
    return path.toString();
  }
}
