package io.sluice.http.guard;

import io.sluice.http.Problem;

/**
 * What a client sent is no HTTP/1 request, or one that two programs could read in two ways. Travels
 * behind the decoder of Vert.x as the cause of a message that failed, so that it is answered in its
 * turn.
 */
public final class Violation extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  Violation(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  /** The answer. */
  public Problem problem() {
    return problem;
  }
}
