package io.sluice.cluster;

/**
 * A backup does not stand where a change begins. Thrown on the backup, so that it neither
 * acknowledges nor counts the change as had, and the owner's copy replaces it. Carries no stack.
 */
final class Hole extends RuntimeException {
  private static final long serialVersionUID = 1;

  Hole(String message) {
    super(message, null, false, false);
  }
}
