import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The clients of {@code scripts/bench stall}: many that stop reading while their channel is busy and go on all at once,
 * and one that reads another channel all the while. Run from its source; needs nothing but a JDK.
 */
final class Stall {

  /** An event is {@code #} and its number in 8 digits, then filling; nothing else on the wire has a {@code #}. */
  private static final int EVENT_BYTES = 8000;

  private static final int TICK_MS = 50;
  private static final int PER_TICK = 5;

  /** A client is live when it has all events but those of the last two ticks. */
  private static final int LIVE_LAG = 2 * PER_TICK;

  private final int publicPort;
  private final int publishPort;
  private final int adminPort;
  private final boolean webSocket;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Client> clients = new ArrayList<>();
  private final ByteBuffer block = ByteBuffer.allocateDirect(256 << 10);
  private volatile int published;
  private volatile boolean enough;
  private long bytesRead;

  private Stall(String[] args) {
    publicPort = Integer.parseInt(args[0]);
    publishPort = Integer.parseInt(args[1]);
    adminPort = Integer.parseInt(args[2]);
    webSocket = args[3].equals("websocket");
  }

  public static void main(String[] args) throws Exception {
    new Stall(args).run(Integer.parseInt(args[4]), Integer.parseInt(args[5]));
    System.exit(0); // threads that read and publish are daemons
  }

  private void run(int count, int seconds) throws Exception {
    Live live = new Live();
    for (int i = 0; i < count; i++) {
      clients.add(new Client(open("busy", 32 << 10)));
    }
    try (Selector selector = Selector.open()) {
      read(selector);
      busy(selector, 3000); // warms up
      live.measured();
      busy(selector, 3000);
      String before = live.measured();

      stop(selector);
      int missedFrom = published;
      publishFor(seconds * 1000L);
      int missed = published - missedFrom;
      int behind = behind();
      String during = live.measured();

      long start = System.nanoTime();
      long readBefore = bytesRead;
      read(selector);
      double catchUpMs = untilLive(selector, start);
      String meanwhile = live.measured();
      double mib = (bytesRead - readBefore) / 1048576.0;

      double fullMs = fullRate(selector, missed);
      report(count, seconds, missed, mib, catchUpMs, fullMs);
      System.out.printf("%-58s %10d%n", "readers that the gateway found behind when they went on", behind);
      System.out.printf("%-58s %s%n", "latency of a live reader of another channel, all reading", before);
      System.out.printf("%-58s %s%n", "  while they are stopped", during);
      System.out.printf("%-58s %s%n", "  while they catch up", meanwhile);
    }
  }

  private void report(int count, int seconds, int missed, double mib, double catchUpMs, double fullMs) {
    System.out.printf("%d %s clients stopped for %d s, %d events of %d bytes missed by each%n", count,
        webSocket ? "websocket" : "sse", seconds, missed, EVENT_BYTES);
    System.out.printf("%-58s %,10.0f ms   %,.0f MiB, %,.0f MiB/s%n", "until all are live again", catchUpMs, mib,
        mib * 1000 / catchUpMs);
    System.out.printf("%-58s %,10.0f ms%n", "as many events at full rate, to clients that read", fullMs);
    System.out.printf("%-58s %,10.2f%n", "ratio", catchUpMs / fullMs);
    System.out.printf("%-58s %10s%n", "events missing, repeated or out of order", "none");
  }

  private int behind() throws Exception {
    URI metrics = URI.create("http://127.0.0.1:" + adminPort + "/metrics");
    String page = http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString()).body();
    return page.lines().filter(line -> line.startsWith("sluice_readers_behind "))
        .mapToInt(line -> (int) Double.parseDouble(line.split(" ")[1])).sum();
  }

  /** Publishes the busy channel for a time while all clients read. */
  private void busy(Selector selector, long ms) throws Exception {
    Thread publisher = publisher(ms);
    while (publisher.isAlive()) {
      select(selector);
    }
    publisher.join();
    untilAll(selector);
  }

  private Thread publisher(long ms) {
    Thread thread =
        new Thread(
            () -> {
              try {
                publishFor(ms);
              } catch (Exception failed) {
                throw new IllegalStateException(failed);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void publishFor(long ms) throws Exception {
    long start = System.nanoTime();
    for (long tick = 0; tick * TICK_MS < ms && !enough; tick++) {
      publish(PER_TICK);
      long waitMs = (tick + 1) * TICK_MS - (System.nanoTime() - start) / 1_000_000;
      if (waitMs > 0) {
        Thread.sleep(waitMs);
      }
    }
  }

  private void publish(int count) throws Exception {
    StringBuilder items = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      items.append(i == 0 ? "" : ",").append("{\"channel\":\"busy\",\"data\":\"").append(event(published + i + 1))
          .append("\"}");
    }
    post("/events", items.append(']').toString(), "application/json");
    published += count;
  }

  private static String event(int number) {
    String head = "#%08d".formatted(number);
    return head + "x".repeat(EVENT_BYTES - head.length());
  }

  private void post(String path, String body, String type) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + publishPort + path))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(answer.body());
    }
  }

  /** Goes on publishing as before and reads until every client has all but the newest events; milliseconds. */
  private double untilLive(Selector selector, long start) throws Exception {
    Thread publisher = publisher(600_000);
    int left = clients.size();
    long last = start;
    while (left > 0) {
      select(selector);
      int head = published;
      for (Client client : clients) {
        if (!client.live && client.number >= head - LIVE_LAG) {
          client.live = true;
          last = System.nanoTime();
          left--;
        }
      }
    }
    enough = true;
    while (publisher.isAlive()) {
      select(selector);
    }
    untilAll(selector);
    return (last - start) / 1e6;
  }

  /** The same number of events at once, as fast as they can be published, to clients that read all the while. */
  private double fullRate(Selector selector, int count) throws Exception {
    long start = System.nanoTime();
    Thread publisher =
        new Thread(
            () -> {
              try {
                for (int left = count; left > 0; left -= 100) {
                  publish(Math.min(100, left));
                }
              } catch (Exception failed) {
                throw new IllegalStateException(failed);
              }
            });
    publisher.setDaemon(true);
    publisher.start();
    while (publisher.isAlive()) {
      select(selector);
    }
    publisher.join();
    untilAll(selector);
    return (System.nanoTime() - start) / 1e6;
  }

  private void untilAll(Selector selector) throws Exception {
    while (clients.stream().anyMatch(client -> client.number < published)) {
      select(selector);
    }
  }

  private void read(Selector selector) throws IOException {
    for (Client client : clients) {
      client.socket.register(selector, SelectionKey.OP_READ, client);
    }
  }

  private void stop(Selector selector) throws IOException {
    selector.keys().forEach(SelectionKey::cancel);
    selector.selectNow();
  }

  private void select(Selector selector) throws IOException {
    selector.select(
        key -> {
          try {
            ((Client) key.attachment()).read();
          } catch (IOException broken) {
            throw new IllegalStateException(broken);
          }
        },
        10);
  }

  private SocketChannel open(String channel, int receiveBytes) throws IOException {
    SocketChannel socket = SocketChannel.open();
    socket.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), publicPort));
    socket.write(ByteBuffer.wrap(request(channel).getBytes(StandardCharsets.US_ASCII)));
    InputStream in = socket.socket().getInputStream();
    readUntil(in, webSocket ? "\r\n\r\n" : "sluice.open");
    socket.configureBlocking(false);
    return socket;
  }

  private String request(String channel) {
    String head = "GET /events/" + channel + " HTTP/1.1\r\nHost: bench\r\n";
    return webSocket
        ? head + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        : head + "Accept: text/event-stream\r\n\r\n";
  }

  private static void readUntil(InputStream in, String end) throws IOException {
    StringBuilder got = new StringBuilder();
    while (got.indexOf(end) < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("ended: " + got);
      }
      got.append((char) b);
    }
  }

  /** Takes numbered events in order, each once; anything else ends the measurement. */
  private final class Client {
    private final SocketChannel socket;
    private int number;
    private int digits = -1;
    private int value;
    private boolean live;

    Client(SocketChannel socket) {
      this.socket = socket;
    }

    void read() throws IOException {
      block.clear();
      int count = socket.read(block);
      if (count < 0) {
        throw new IOException("a client was cut after event " + number);
      }
      bytesRead += count;
      block.flip();
      while (block.hasRemaining()) {
        take(block.get());
      }
    }

    private void take(byte b) throws IOException {
      if (b == '#') {
        digits = 0;
        value = 0;
      } else if (digits >= 0) {
        value = value * 10 + b - '0';
        if (++digits == 8) {
          if (number != 0 && value != number + 1) {
            throw new IOException("event " + value + " came after " + number);
          }
          number = value;
          digits = -1;
          // The filling has nothing to find.
          block.position(Math.min(block.limit(), block.position() + EVENT_BYTES - 9));
        }
      }
    }
  }

  /** A reader of another channel, to which an event is published each 20 ms with the time in it. */
  private final class Live {
    private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();

    Live() throws IOException {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), publicPort);
      socket.getOutputStream().write(request("live").getBytes(StandardCharsets.US_ASCII));
      readUntil(socket.getInputStream(), webSocket ? "\r\n\r\n" : "sluice.open");
      start(
          () -> {
            InputStream in = socket.getInputStream();
            while (true) {
              readUntil(in, "#");
              byte[] digits = in.readNBytes(20);
              latencies.add(System.nanoTime() - Long.parseLong(new String(digits, StandardCharsets.US_ASCII)));
            }
          });
      start(
          () -> {
            while (true) {
              post("/channels/live/events", "#%020d".formatted(System.nanoTime()), "text/plain");
              Thread.sleep(20);
            }
          });
    }

    /** Half, all but one in a hundred, and the slowest since the last call. */
    String measured() {
      long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
      latencies.clear();
      return sorted.length == 0
          ? "none in that time"
          : "p50 %5.1f ms   p99 %6.1f ms   max %6.1f ms   (%d events)".formatted(sorted[sorted.length / 2] / 1e6,
              sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / 1e6, sorted[sorted.length - 1] / 1e6,
              sorted.length);
    }

    private void start(Task task) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  task.run();
                } catch (Exception failed) {
                  throw new IllegalStateException(failed);
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
  }

  @FunctionalInterface
  private interface Task {
    void run() throws Exception;
  }
}
