package io.sluice.config;

/** The four ways by which a client reads. */
public enum Transport {
  WEBSOCKET("websocket"),
  SSE("sse"),
  LONG_POLL("long-poll"),
  POLL("poll");

  private final String word;

  Transport(String word) {
    this.word = word;
  }

  /** The word in configuration, metrics and logs. */
  public String word() {
    return word;
  }
}
