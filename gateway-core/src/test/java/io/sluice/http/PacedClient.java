package io.sluice.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection that takes bytes only when told to, in the clear or over TLS; one thread
 * serves many by a {@link Selector}.
 */
@NullMarked
public final class PacedClient implements AutoCloseable {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel socket;
  private final @Nullable Secured tls;

  private PacedClient(SocketChannel socket, @Nullable Secured tls) {
    this.socket = socket;
    this.tls = tls;
  }

  /**
   * Connects, and shakes hands.
   *
   * @param receiveBufferBytes how much the kernel takes for it while it does not read
   * @param tls trusts the server's certificate for 127.0.0.1; null for a connection in the clear
   */
  public static PacedClient connect(int port, int receiveBufferBytes, @Nullable SSLContext tls)
      throws IOException {
    SocketChannel socket = SocketChannel.open();
    try {
      socket.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      Secured secured = null;
      if (tls != null) {
        secured = new Secured(socket, tls.createSSLEngine("127.0.0.1", port));
        secured.shakeHands();
      }
      socket.configureBlocking(false);
      return new PacedClient(socket, secured);
    } catch (IOException refused) {
      socket.close();
      throw refused;
    }
  }

  /** Sends a little; fails if the server does not take it at once. */
  public void send(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    if (tls != null) {
      tls.send(bytes);
    } else {
      sendAll(socket, bytes);
    }
  }

  private static void sendAll(SocketChannel socket, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (socket.write(bytes) == 0) {
        throw new IOException("the server does not take " + bytes.remaining() + " bytes");
      }
    }
  }

  public void register(Selector selector, Object attachment) throws IOException {
    socket.register(selector, SelectionKey.OP_READ, attachment);
  }

  /**
   * Takes what there is, at most once what a socket gives in one call.
   *
   * @param to gets the bytes, perhaps in several parts; they are lent
   * @throws EOFException at the end; over TLS only after close_notify, else an {@link SSLException}
   */
  public void read(ByteBuffer block, Consumer<ByteBuffer> to) throws IOException {
    if (tls != null) {
      tls.read(block, to);
      return;
    }
    block.clear();
    if (socket.read(block) < 0) {
      throw new EOFException("the server has ended the connection");
    }
    to.accept(block.flip());
  }

  /** Closes by FIN; over TLS without a word, as a program that dies. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Closes by RST, as a machine that does not know the connection any more. */
  public void reset() throws IOException {
    socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    socket.close();
  }

  /** The TLS of a connection. */
  private static final class Secured {
    private final SocketChannel socket;
    private final SSLEngine engine;

    /** What came and makes no whole record yet, to be read. */
    private ByteBuffer coming = NOTHING;

    Secured(SocketChannel socket, SSLEngine engine) {
      this.socket = socket;
      this.engine = engine;
      engine.setUseClientMode(true);
    }

    void shakeHands() throws IOException {
      ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
      coming = ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).flip();
      engine.beginHandshake();
      for (var next = engine.getHandshakeStatus();
          next != HandshakeStatus.NOT_HANDSHAKING;
          next = engine.getHandshakeStatus()) {
        switch (next) {
          case NEED_WRAP -> send(NOTHING);
          case NEED_TASK -> runTasks();
          default -> receive(plain);
        }
      }
    }

    private void receive(ByteBuffer plain) throws IOException {
      if (engine.unwrap(coming, plain).getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
        coming.compact();
        int count = socket.read(coming);
        coming.flip();
        if (count < 0) {
          throw new EOFException("the server has ended the handshake");
        }
      }
    }

    private void runTasks() {
      for (Runnable task = engine.getDelegatedTask(); task != null; ) {
        task.run();
        task = engine.getDelegatedTask();
      }
    }

    void send(ByteBuffer bytes) throws IOException {
      ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      do {
        engine.wrap(bytes, out.clear());
        sendAll(socket, out.flip());
      } while (bytes.hasRemaining());
    }

    void read(ByteBuffer block, Consumer<ByteBuffer> to) throws IOException {
      ByteBuffer received = ByteBuffer.allocate(coming.remaining() + block.capacity());
      received.put(coming);
      int count = socket.read(received);
      coming = received.flip();
      while (unwrap(block.clear())) {
        to.accept(block.flip());
      }
      coming = ByteBuffer.allocate(coming.remaining()).put(coming).flip();
      if (count < 0) {
        engine.closeInbound(); // fails without close_notify (RFC 8446 §6.1)
      }
      if (count < 0 || engine.isInboundDone()) {
        throw new EOFException("the server has ended the connection");
      }
    }

    /** Whether there was a record. */
    private boolean unwrap(ByteBuffer block) throws IOException {
      SSLEngineResult result = engine.unwrap(coming, block);
      if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
        runTasks();
      }
      if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
        throw new IllegalArgumentException("a block of " + block.capacity() + " bytes: too small");
      }
      return result.bytesConsumed() > 0;
    }
  }
}
