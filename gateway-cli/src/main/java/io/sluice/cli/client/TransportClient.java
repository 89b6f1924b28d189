package io.sluice.cli.client;

import java.io.IOException;

/** Reads by one transport: one connection, or one poll, at a time. */
interface TransportClient {

  /**
   * Connects, reads until the connection is over, and says how it ended.
   *
   * @throws IOException if the connection failed; worth another try
   */
  Ending read(Progress progress) throws IOException, InterruptedException;
}
