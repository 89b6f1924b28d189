package io.sluice.cli.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Reads by WebSocket with {@code sluice.v1.json}: {@code docs/protocol.md} §9. */
final class WebSocketClient implements TransportClient {

  private static final String SUBPROTOCOL = "sluice.v1.json";

  /** How the JDK says that no close frame came (RFC 6455 §7.1.5). */
  private static final int CUT = 1006;

  private final HttpClient http;
  private final Target target;

  WebSocketClient(HttpClient http, Target target) {
    this.http = http;
    this.target = target;
  }

  @Override
  public Ending read(Progress progress) throws IOException, InterruptedException {
    Inbox<String> inbox = new Inbox<>();
    WebSocket socket;
    try {
      socket =
          http.newWebSocketBuilder()
              .subprotocols(SUBPROTOCOL)
              .connectTimeout(Duration.ofSeconds(10))
              .buildAsync(target.socketUri(progress.start()), new Listener(inbox))
              .get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        int status = refused.getResponse().statusCode();
        return Failures.ending(status, "", PollClient.retryAfter(refused.getResponse().headers()));
      }
      return Failures.ending(e);
    }
    try {
      if (!socket.getSubprotocol().equals(SUBPROTOCOL)) {
        return new Ending.Refused(
            "a WebSocket without the subprotocol " + SUBPROTOCOL + ": is this a push route?");
      }
      return new Connection(socket, inbox, progress).read();
    } finally {
      socket.abort();
    }
  }

  /** The gateway's reason is the slug of {@code docs/errors.md}, as in SSE's last event. */
  static String words(int code, String reason) {
    if (code == CUT) {
      return "the connection was cut";
    }
    return reason.isEmpty() ? "the gateway closed with " + code : "the gateway said " + reason;
  }

  /** One open socket. */
  private final class Connection {
    private final WebSocket socket;
    private final Inbox<String> inbox;
    private final Progress progress;
    private Duration patience = Duration.ofSeconds(30);
    private boolean greeted;
    private boolean enough;

    Connection(WebSocket socket, Inbox<String> inbox, Progress progress) {
      this.socket = socket;
      this.inbox = inbox;
      this.progress = progress;
    }

    Ending read() throws InterruptedException {
      try {
        while (true) {
          String text = inbox.take(patience);
          if (!greeted && !isHello(text)) {
            return new Ending.Refused("the first message is no hello: is this a push route?");
          }
          greeted = true;
          Ending ending = onMessage(Json.object(text));
          if (ending != null) {
            return ending;
          }
          socket.request(1);
        }
      } catch (Inbox.Ended e) {
        return new Ending.Again(e.reason(), null);
      }
    }

    /** With it begins whatever the gateway says (WS-9); another server would do the same again. */
    private static boolean isHello(String text) {
      JsonObject message = Json.parsed(text);
      return message != null && "hello".equals(message.getValue("op"));
    }

    private @Nullable Ending onMessage(JsonObject message) {
      String op = message.getString("op");
      if (op == null) {
        onEntry(message);
      } else if (op.equals("hello")) {
        onHello(message);
      } else if (op.equals("subscribed")) {
        onSubscribed(message);
      } else if (op.equals("error")) {
        return new Ending.Refused(
            message.getString("error", "error") + ": " + message.getString("detail", ""));
      }
      // "beat" proves that the connection lives; what a later version adds is not for us.
      return enough && progress.isWhole() ? new Ending.Enough() : null;
    }

    /** After enough, only the parts of channels that are still being subscribed to are awaited. */
    private void onEntry(JsonObject entry) {
      if (!enough) {
        progress.moveTo(entry.getString("channel", ""), entry.getString("cursor", ""));
        enough = !progress.entry(entry);
      }
    }

    private void onSubscribed(JsonObject message) {
      progress.moveTo(message.getString("channel", ""), message.getString("cursor", ""));
      if (progress.isWhole()) {
        progress.onOpen();
      }
    }

    /** A route may name a channel itself; those asked for are subscribed to one by one. */
    private void onHello(JsonObject hello) {
      patience = Json.patience(hello);
      JsonArray read = hello.getJsonArray("channels", new JsonArray());
      if (read.size() == 1) {
        progress.moveTo(read.getString(0), hello.getString("cursor", ""));
        if (progress.isWhole()) {
          progress.onOpen();
        }
      }
      // The JDK sends one message at a time.
      CompletableFuture<WebSocket> sent = CompletableFuture.completedFuture(socket);
      for (String channel : target.channels()) {
        if (!read.contains(channel)) {
          sent = sent.thenCompose(open -> open.sendText(subscribe(channel).encode(), true));
        }
      }
      sent.whenComplete(
          (open, failure) -> {
            if (failure != null) {
              inbox.onEnd(Failures.text(failure));
            }
          });
    }

    private JsonObject subscribe(String channel) {
      JsonObject message = new JsonObject().put("op", "subscribe").put("channel", channel);
      Start start = progress.start(channel);
      if (start instanceof Start.Since since) {
        message.put("since", since.cursor());
      } else if (start instanceof Start.Rewind rewind) {
        message.put("rewind", rewind.events());
      }
      return message;
    }
  }

  /** Puts whole messages into the inbox, one asked for at a time. */
  private static final class Listener implements WebSocket.Listener {
    private final Inbox<String> inbox;
    private final StringBuilder message = new StringBuilder();

    Listener(Inbox<String> inbox) {
      this.inbox = inbox;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        inbox.onMessage(message.toString());
        message.setLength(0);
      } else {
        socket.request(1);
      }
      return null;
    }

    /** No message of the subprotocol, in which all are text; handed on as one that says nothing. */
    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      inbox.onMessage("");
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      inbox.onEnd(words(code, reason));
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      inbox.onEnd(Failures.text(failure));
    }
  }
}
