package io.sluice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An upstream that is down, in one of three ways, until it comes back and answers. */
final class Outage implements AutoCloseable {

  /** Not that of the other upstreams, so that nobody takes the port of one that refuses. */
  private static final String HOST = "127.0.14.1";

  /** With what backlog the kernel soon takes no more connections, and drops what asks for one. */
  private static final int SMALL_BACKLOG = 1;

  private static final int BACKLOG = 64;
  private static final int MOST_FILLING = 64;
  private static final int FULL_MS = 500;
  private static final int PATIENCE_MS = 20_000;

  private static final String BACK =
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nback";

  private final Way way;
  private final InetSocketAddress address;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private ServerSocket server;
  private volatile boolean answering;

  /** What becomes of a connection to it. */
  enum Way {
    /** There is none: a reset at once. */
    REFUSES(502, "connection_refused"),
    /** There is none, and nothing says so. */
    BLACKHOLE(504, "connection_timeout"),
    /** It takes the request and says nothing. */
    NEVER_ANSWERS(504, "http_response_timeout");

    final int status;
    final String error;

    Way(int status, String error) {
      this.status = status;
      this.error = error;
    }
  }

  Outage(Way way) throws IOException {
    this.way = way;
    this.server = new ServerSocket();
    int backlog = way == Way.BLACKHOLE ? SMALL_BACKLOG : BACKLOG;
    server.bind(new InetSocketAddress(InetAddress.getByName(HOST), 0), backlog);
    this.address = new InetSocketAddress(HOST, server.getLocalPort());
    switch (way) {
      case REFUSES -> server.close();
      case BLACKHOLE -> fill();
      case NEVER_ANSWERS -> daemon(this::accept);
    }
  }

  /** Takes all that the backlog has, so that the next connection hangs. */
  private void fill() throws IOException {
    int late = 0;
    while (sockets.size() < MOST_FILLING) {
      Socket socket = new Socket();
      try {
        socket.connect(address, FULL_MS);
        sockets.add(socket);
      } catch (SocketTimeoutException full) {
        socket.close();
        late++;
        if (late == 2) { // once may be a machine that stood still
          return;
        }
      }
    }
    throw new IOException("the backlog of " + address + " never gets full");
  }

  URI uri() {
    return URI.create("http://" + HOST + ":" + address.getPort());
  }

  /** From now on it answers every new connection with {@code back}. */
  void comeBack() throws IOException {
    answering = true;
    if (way == Way.REFUSES) {
      server = new ServerSocket();
      server.bind(address, BACKLOG);
    }
    if (way == Way.BLACKHOLE) {
      empty();
    }
    if (way != Way.NEVER_ANSWERS) {
      daemon(this::accept);
    }
  }

  /** Takes what filled the backlog: who comes now is not dropped. */
  private void empty() throws IOException {
    server.setSoTimeout(PATIENCE_MS);
    for (int left = sockets.size(); left > 0; left--) {
      sockets.add(server.accept());
    }
    server.setSoTimeout(0);
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "outage");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        daemon(() -> serve(socket));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(Socket socket) {
    boolean answers = answering;
    try {
      RawClient app = RawClient.over(socket);
      app.readUntil("\r\n\r\n");
      if (answers) {
        app.send(BACK);
        app.close();
      }
    } catch (IOException gone) {
      // who filled the backlog, or a client that has left
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
