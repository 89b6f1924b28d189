package io.sluice.server;

/** What is in force of the configuration now. Any thread may ask; a reload replaces it. */
final class InForce {

  private volatile Live live;

  InForce(Live live) {
    this.live = live;
  }

  Live now() {
    return live;
  }

  void replace(Live next) {
    live = next;
  }
}
