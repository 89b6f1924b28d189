package io.sluice.cli;

import io.sluice.config.ConfigProblem;
import io.sluice.config.ConfigReader.Result;
import io.sluice.config.ConfigReader.Setting;
import io.sluice.server.Preflight;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@code check} says of a configuration, and {@code serve} refuses to start with.
 *
 * @param problems with which the gateway does not start
 * @param notes what is allowed but worth knowing
 */
record Findings(List<ConfigProblem> problems, List<ConfigProblem> notes) {

  Findings {
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /**
   * Looks at one that was read; may block for seconds (names of listeners).
   *
   * @param source what the configuration is called
   */
  static Findings of(String source, Result result) {
    List<ConfigProblem> problems = new ArrayList<>();
    List<ConfigProblem> notes = new ArrayList<>();
    if (result instanceof Result.Refused refused) {
      problems.addAll(refused.problems());
    } else if (result instanceof Result.Accepted accepted) {
      for (Preflight.Finding finding : Preflight.of(accepted.config())) {
        (finding.problem() ? problems : notes).add(placed(source, finding, accepted.settings()));
      }
    }
    return new Findings(problems, notes);
  }

  /** Goes on only where nothing is wrong; every problem is a line. */
  void refuseProblems() throws Failure {
    if (!problems.isEmpty()) {
      throw new Failure(
          Exit.USAGE,
          problems.stream()
              .map(problem -> Console.oneLine(problem.toString()))
              .collect(Collectors.joining(System.lineSeparator())));
    }
  }

  /** A finding at the place where its value is written; a default has the place 1:1. */
  private static ConfigProblem placed(
      String source, Preflight.Finding finding, List<Setting> settings) {
    int line = 1;
    int column = 1;
    String value = null;
    for (Setting setting : settings) {
      if (setting.path().equals(finding.path())) {
        line = Math.max(1, setting.origin().line());
        column = Math.max(1, setting.origin().column());
        value = setting.value().isEmpty() ? "nothing" : setting.value();
      }
    }
    return new ConfigProblem(
        source, line, column, finding.path(), value, finding.expected(), finding.advice());
  }
}
