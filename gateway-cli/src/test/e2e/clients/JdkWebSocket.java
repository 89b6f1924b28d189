import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a channel with {@code java.net.http.WebSocket} and the subprotocol {@code sluice.v1.json}, prints each
 * message as a line, and connects again from the last cursor whenever the connection ends. Arguments: the URL, the
 * cursor to start from, and the milliseconds of silence after which a connection counts as dead. Ends when it is
 * killed.
 *
 * <p>The silence is watched because this client (JDK 17) now and then leaves a connection that ended right after the
 * handshake in CLOSE_WAIT and tells nobody. The gateway's {@code beat} messages are there for exactly that.
 */
final class JdkWebSocket implements WebSocket.Listener {
  private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([^\"]*)\"");

  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final StringBuilder message = new StringBuilder();
  private volatile long heardNs = System.nanoTime();
  private volatile boolean over;
  private volatile String cursor;

  private JdkWebSocket(String cursor) {
    this.cursor = cursor;
  }

  public static void main(String[] args) throws Exception {
    var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    long silenceNs = Duration.ofMillis(Long.parseLong(args[2])).toNanos();
    var cursor = args[1];
    while (true) {
      var listener = new JdkWebSocket(cursor);
      var socket =
          client
              .newWebSocketBuilder()
              .subprotocols("sluice.v1.json")
              .buildAsync(URI.create(args[0] + "?since=" + cursor), listener);
      socket.exceptionally(
          failure -> {
            listener.ended.complete("no handshake");
            return null;
          });
      print("{\"note\":\"" + listener.end(silenceNs) + "\"}");
      socket.thenAccept(WebSocket::abort);
      cursor = listener.cursor;
      Thread.sleep(50);
    }
  }

  /** Waits for the connection's end, or until it has been silent for that long; no message counts after that. */
  private String end(long silenceNs) throws Exception {
    while (System.nanoTime() - heardNs < silenceNs) {
      try {
        return ended.get(100, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // still open, or dead: the time since the last message tells
      }
    }
    over = true;
    return "silent";
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    heardNs = System.nanoTime();
    message.append(data);
    if (last && !over) {
      Matcher found = CURSOR.matcher(message);
      if (found.find()) {
        cursor = found.group(1);
      }
      print(message.toString());
      message.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    ended.complete("close " + code);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    ended.complete(error.getClass().getSimpleName());
  }

  private static void print(String line) {
    System.out.println(line);
  }
}
