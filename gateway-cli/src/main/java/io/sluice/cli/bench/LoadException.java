package io.sluice.cli.bench;

import java.io.IOException;

/** The load cannot be put on: a refused or lost connection, in words for people. */
public final class LoadException extends IOException {
  private static final long serialVersionUID = 1;

  LoadException(String words) {
    super(words);
  }
}
