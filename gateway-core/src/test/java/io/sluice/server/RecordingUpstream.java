package io.sluice.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An upstream that notes every head that reaches it and answers each whole request with 200, one
 * connection after the other: what came before an answer has been noted by then.
 */
final class RecordingUpstream implements AutoCloseable {

  private static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  private static final int BACKLOG = 64;

  private final ServerSocket server;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final AtomicInteger whole = new AtomicInteger();

  RecordingUpstream() throws IOException {
    server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "recording upstream");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Socket socket = server.accept();
        serve(socket);
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      String head = until(socket.getInputStream(), "\r\n\r\n");
      heads.add(head);
      body(socket.getInputStream(), head.toLowerCase(Locale.ROOT));
      whole.incrementAndGet();
      socket.getOutputStream().write(OK.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException | RuntimeException cut) {
      // a request that was not whole, or that nobody can frame, is not counted as whole
    }
  }

  private static void body(InputStream in, String head) throws IOException {
    int length = head.indexOf("\r\ncontent-length: ");
    if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
      until(in, "\r\n\r\n");
    } else if (length >= 0) {
      String value = head.substring(length + 18, head.indexOf("\r\n", length + 2));
      int expected = Integer.parseInt(value.strip());
      if (in.readNBytes(expected).length < expected) {
        throw new IOException("the body ended early");
      }
    }
  }

  private static String until(InputStream in, String end) throws IOException {
    StringBuilder read = new StringBuilder();
    while (!read.toString().endsWith(end)) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the connection ended");
      }
      read.append((char) b);
    }
    return read.toString();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** The heads that came, whole requests or not. */
  List<String> heads() {
    return heads;
  }

  /** Requests that came whole. */
  int whole() {
    return whole.get();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
