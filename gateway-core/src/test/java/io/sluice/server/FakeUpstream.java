package io.sluice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An upstream whose every byte a test decides: it accepts, the test reads and writes. */
final class FakeUpstream implements AutoCloseable {

  private static final int BACKLOG = 16;

  /** How much the kernel takes for a test that does not read. */
  private static final int RECEIVE_BYTES = 256 << 10;

  private final ServerSocket server;
  private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
  private final Thread acceptor = new Thread(this::accept, "fake upstream");

  FakeUpstream() throws IOException {
    server = new ServerSocket();
    server.setReceiveBufferSize(RECEIVE_BYTES);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    acceptor.setDaemon(true);
    acceptor.start();
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Socket socket = server.accept();
        accepted.add(socket);
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** The next connection that the gateway made. */
  RawClient next() throws Exception {
    Socket socket = accepted.poll(20, TimeUnit.SECONDS);
    if (socket == null) {
      throw new IOException("the gateway made no connection");
    }
    return RawClient.over(socket);
  }

  /** Whether the gateway made no connection that the test has not taken. */
  boolean isQuiet() {
    return accepted.isEmpty();
  }

  /** Whoever connects after this is refused: the socket is closed when nobody accepts any more. */
  @Override
  public void close() throws IOException {
    server.close();
    try {
      acceptor.join(TimeUnit.SECONDS.toMillis(20));
    } catch (InterruptedException given) {
      Thread.currentThread().interrupt();
    }
    for (Socket socket : accepted) {
      socket.close();
    }
  }
}
