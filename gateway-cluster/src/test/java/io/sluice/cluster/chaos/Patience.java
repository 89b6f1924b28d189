package io.sluice.cluster.chaos;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Reads on over the short time-outs of a socket until it was silent for too long, or somebody has
 * had enough. A reader can be cut at any byte in this way.
 */
final class Patience extends FilterInputStream {

  /** How often {@code enough} is asked while nothing comes. */
  static final int SLICE_MS = 100;

  private final long silenceNs;
  private final BooleanSupplier enough;

  /**
   * @param in of a socket whose time-out is {@link #SLICE_MS}
   */
  Patience(InputStream in, int silenceMs, BooleanSupplier enough) {
    super(in);
    this.silenceNs = silenceMs * 1_000_000L;
    this.enough = enough;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    long end = System.nanoTime() + silenceNs;
    while (true) {
      if (enough.getAsBoolean()) {
        throw new EnoughException();
      }
      try {
        return super.read(bytes, from, length);
      } catch (SocketTimeoutException silent) {
        if (System.nanoTime() - end > 0) {
          throw new IOException("silent for " + silenceNs / 1_000_000 + " ms", silent);
        }
      }
    }
  }

  /** The client itself ends the connection. */
  static final class EnoughException extends IOException {
    private static final long serialVersionUID = 1;
  }
}
