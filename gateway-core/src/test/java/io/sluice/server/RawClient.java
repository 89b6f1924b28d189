package io.sluice.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A socket of the loopback interface that shows every byte. Times out instead of hanging. */
final class RawClient implements AutoCloseable {

  private static final int TIMEOUT_MS = 20_000;
  private static final int QUIET_MS = 50;

  private final Socket socket;
  private final InputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static RawClient connect(int port) throws IOException {
    return connect(port, 0);
  }

  /**
   * @param receiveBufferBytes how much the kernel takes for a client that does not read; 0 for the
   *     usual
   */
  static RawClient connect(int port, int receiveBufferBytes) throws IOException {
    Socket socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setSoTimeout(TIMEOUT_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
    return new RawClient(socket);
  }

  /** The same over TLS, to a server that has the certificate for 127.0.0.1. */
  static RawClient connect(int port, int receiveBufferBytes, SSLContext tls) throws IOException {
    RawClient plain = connect(port, receiveBufferBytes);
    SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(plain.socket, "127.0.0.1", port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return new RawClient(socket);
  }

  /** The other side of somebody's connection. */
  static RawClient over(Socket socket) throws IOException {
    socket.setSoTimeout(TIMEOUT_MS);
    return new RawClient(socket);
  }

  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends the lines of a request's head. */
  void request(String... lines) throws IOException {
    send(String.join("\r\n", lines) + "\r\n\r\n");
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** One byte, or -1 at the end. */
  int read() throws IOException {
    return in.read();
  }

  byte[] read(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new IOException("the connection ended after " + bytes.length + " of " + count);
    }
    return bytes;
  }

  /** Whether something, the end included, can be read before so many milliseconds have passed. */
  boolean hasBytesWithin(int ms) throws IOException {
    in.mark(1);
    socket.setSoTimeout(ms);
    try {
      in.read();
      return true;
    } catch (SocketTimeoutException none) {
      return false;
    } finally {
      in.reset();
      socket.setSoTimeout(TIMEOUT_MS);
    }
  }

  /** Everything up to and with a text. */
  String readUntil(String end) throws IOException {
    StringBuilder got = new StringBuilder();
    while (!endsWith(got, end)) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("the connection ended before \"" + end + "\": " + got);
      }
      got.append((char) b);
    }
    return new String(got.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static boolean endsWith(StringBuilder text, String end) {
    int from = text.length() - end.length();
    return from >= 0 && text.indexOf(end, from) == from;
  }

  /** Everything up to the end of the connection. */
  String readAll() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /** What comes until the connection ends, however it does. */
  String rest() {
    StringBuilder got = new StringBuilder();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        got.append((char) b);
      }
    } catch (IOException reset) {
      // an end as well
    }
    return got.toString();
  }

  /** Whether the other side has ended the connection, however it did. */
  boolean isEnded() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketTimeoutException still) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** Whether the other side ends the connection with a reset. */
  boolean endsWithReset() {
    try {
      return in.read() >= 0;
    } catch (IOException reset) {
      return true;
    }
  }

  /** How long a read waits from now on, instead of as long as a slow machine may need. */
  void patience(int millis) throws IOException {
    socket.setSoTimeout(millis);
  }

  /** Lets some time pass in which nothing may come. */
  void expectQuiet() throws IOException {
    socket.setSoTimeout(QUIET_MS);
    try {
      throw new IOException("something came: " + in.read());
    } catch (java.net.SocketTimeoutException asExpected) {
      socket.setSoTimeout(TIMEOUT_MS);
    }
  }

  /** Ends our side; the other may still send. */
  void finish() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with a reset, as a client that was killed. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
