package io.sluice.cluster.chaos;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** One connection of a client: a request, its answer, and so on. */
final class Http implements Closeable {

  private static final int CONNECT_MS = 1_500;

  private final Socket socket;
  final InputStream in;
  final InetSocketAddress to;

  /**
   * Connects.
   *
   * @param silenceMs how long nothing may come while something is awaited
   * @param enough ends any wait when it says so
   * @throws IOException if there is no connection: nothing was sent
   */
  Http(InetSocketAddress to, int silenceMs, BooleanSupplier enough) throws IOException {
    this.to = to;
    socket = new Socket();
    try {
      socket.connect(to, CONNECT_MS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(Patience.SLICE_MS);
      in = new BufferedInputStream(new Patience(socket.getInputStream(), silenceMs, enough));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** An answer, whose body is to be read to its end before the next request. */
  record Answer(int status, Map<String, String> headers, InputStream body) {
    String text() throws IOException {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    boolean last() {
      return "close".equalsIgnoreCase(headers.get("connection"));
    }
  }

  /** Sends a GET with further header lines, each ended by CR LF. */
  Answer get(String target, String headers) throws IOException {
    return ask("GET " + target + " HTTP/1.1\r\n" + host() + headers + "\r\n", new byte[0]);
  }

  /** Posts text. */
  Answer post(String target, String headers, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head = "POST " + target + " HTTP/1.1\r\n" + host() + headers;
    return ask(head + "Content-Length: " + bytes.length + "\r\n\r\n", bytes);
  }

  private String host() {
    return "Host: " + to.getAddress().getHostAddress() + ":" + to.getPort() + "\r\n";
  }

  private Answer ask(String head, byte[] body) throws IOException {
    byte[] start = head.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = new byte[start.length + body.length];
    System.arraycopy(start, 0, all, 0, start.length);
    System.arraycopy(body, 0, all, start.length, body.length);
    write(all);
    String line = line(in);
    if (!line.startsWith("HTTP/1.")) {
      throw new IOException("no HTTP: " + line);
    }
    int status = Integer.parseInt(line.substring(9, 12));
    Map<String, String> headers = new HashMap<>();
    for (line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Answer(status, headers, body(status, headers));
  }

  /** Sends bytes as they are. */
  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  private InputStream body(int status, Map<String, String> headers) throws IOException {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return new Chunks(in);
    }
    String length = headers.get("content-length");
    if (length != null) {
      return new ByteArrayInputStream(exactly(in, Integer.parseInt(length)));
    }
    return status == 101 || status == 204 || status == 304 ? InputStream.nullInputStream() : in;
  }

  /** So many bytes. */
  static byte[] exactly(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("cut");
    }
    return bytes;
  }

  /** A line without its end, CR LF or LF. */
  static String line(InputStream in) throws IOException {
    var line = new java.io.ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("cut");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A body in chunks (RFC 9112 §7.1). */
  private static final class Chunks extends InputStream {
    private final InputStream in;
    private int left;
    private boolean ended;

    Chunks(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (!ended && left == 0) {
        left = Integer.parseInt(line(in), 16);
        if (left == 0) {
          line(in);
          ended = true;
        }
      }
      if (ended) {
        return -1;
      }
      int count = in.read(bytes, from, Math.min(length, left));
      if (count < 0) {
        throw new EOFException("cut");
      }
      left -= count;
      if (left == 0) {
        line(in);
      }
      return count;
    }
  }
}
