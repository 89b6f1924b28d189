package io.sluice.config;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A channel's name made of a path's variables, such as {@code room-{room}}.
 *
 * @param text as configured
 * @param literals what stands before, between and after the variables: one more than variables
 * @param variables in order
 */
record ChannelTemplate(String text, List<String> literals, List<String> variables) {

  private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_-]*)}");
  private static final int MAX_LENGTH = 255;

  static Parsed<ChannelTemplate> read(String text) {
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
    String literal = String.join("", literals);
    if (literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0) {
      return Parsed.bad("write variables as {name} of letters, digits, _ and -");
    }
    // Each variable has at least one byte; a longer name would be refused to every client (NAM-1).
    int bytes = literal.getBytes(StandardCharsets.UTF_8).length + variables.size();
    if (text.isEmpty() || bytes > MAX_LENGTH || literal.chars().anyMatch(Character::isISOControl)) {
      return Parsed.bad();
    }
    return Parsed.good(new ChannelTemplate(text, List.copyOf(literals), List.copyOf(variables)));
  }

  /** The name, given a value for every variable. */
  String expand(Map<String, String> values) {
    StringBuilder name = new StringBuilder(literals.get(0));
    for (int i = 0; i < variables.size(); i++) {
      name.append(values.get(variables.get(i))).append(literals.get(i + 1));
    }
    return name.toString();
  }

  /**
   * Whether some values, not empty and without {@code /}, expand to the name. Each literal is taken
   * at its first place: a later one could only help a variable to get rid of a {@code /}, and the
   * {@code /} would then stand in the variable before it.
   */
  boolean matches(String name) {
    if (!name.startsWith(literals.get(0))) {
      return false;
    }
    int at = literals.get(0).length();
    for (int i = 1; i < literals.size(); i++) {
      boolean last = i == literals.size() - 1;
      String literal = literals.get(i);
      int next = last ? name.length() - literal.length() : name.indexOf(literal, at + 1);
      if (next <= at || name.substring(at, next).indexOf('/') >= 0) {
        return false;
      }
      at = next + literal.length();
    }
    return literals.size() == 1
        ? name.length() == at
        : name.endsWith(literals.get(literals.size() - 1));
  }
}
