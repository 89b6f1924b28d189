import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a channel with {@code java.net.http.WebSocket} and the subprotocol {@code sluice.v1.json}, prints each
 * message as a line, and connects again from the last cursor whenever the connection ends. Arguments: the URL, and
 * the cursor to start from. Ends when it is killed.
 */
final class JdkWebSocket implements WebSocket.Listener {
  private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([^\"]*)\"");

  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final StringBuilder message = new StringBuilder();
  private String cursor;

  private JdkWebSocket(String cursor) {
    this.cursor = cursor;
  }

  public static void main(String[] args) throws InterruptedException {
    var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    var cursor = args[1];
    while (true) {
      var listener = new JdkWebSocket(cursor);
      client
          .newWebSocketBuilder()
          .subprotocols("sluice.v1.json")
          .buildAsync(URI.create(args[0] + "?since=" + cursor), listener)
          .whenComplete((socket, failure) -> {
            if (failure != null) {
              listener.ended.complete("no handshake");
            }
          });
      print("{\"note\":\"" + listener.ended.join() + "\"}");
      cursor = listener.cursor;
      Thread.sleep(50);
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    message.append(data);
    if (last) {
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
