package io.sluice.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A chat whose page loses nothing between its loading and its subscription.
 *
 * <p>The order is what makes it so. A message is kept before it is published; a page asks for the
 * channel's cursor before it reads what is kept. A message published before that cursor is
 * therefore on the page, and one published after it comes by the subscription with {@code
 * ?since=CURSOR}. One in between may be both, so the page shows each id once.
 */
final class Chat {

  static final String CHANNEL = "chat";
  private static final int AUTHOR_LENGTH = 40;
  private static final int TEXT_LENGTH = 500;

  private final ChatLog log = new ChatLog();
  private final Publisher publisher;
  private final Clock clock;
  private final String page;

  Chat(Publisher publisher, Clock clock, String page) {
    this.publisher = publisher;
    this.clock = clock;
    this.page = page;
  }

  /** {@code /chat}. */
  void handle(HttpExchange exchange) throws IOException, InterruptedException {
    switch (exchange.getRequestMethod()) {
      case "GET", "HEAD" -> show(exchange);
      case "POST" -> post(exchange);
      default -> {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD, POST");
        Answers.text(exchange, 405, "GET to read, POST to write");
      }
    }
  }

  private void show(HttpExchange exchange) throws IOException, InterruptedException {
    String cursor = publisher.cursor(CHANNEL);
    List<ChatLog.Message> messages = log.last();
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    Answers.html(
        exchange,
        Page.fill(
            page, Map.of("cursor", Html.escaped(cursor), "messages", Html.messages(messages))));
  }

  private void post(HttpExchange exchange) throws IOException, InterruptedException {
    // Another site's form must not write in a visitor's name.
    if ("cross-site".equals(exchange.getRequestHeaders().getFirst("Sec-Fetch-Site"))) {
      Answers.text(exchange, 403, "write from the chat's own page");
      return;
    }
    Form form = Form.read(exchange.getRequestBody());
    String author = form == null ? "" : form.text("author", AUTHOR_LENGTH);
    String text = form == null ? "" : form.text("text", TEXT_LENGTH);
    if (text.isEmpty()) {
      Answers.text(exchange, 422, "text is missing or the body is not a form of at most 8 KiB");
      return;
    }
    ChatLog.Message message =
        new ChatLog.Message(
            UUID.randomUUID().toString(),
            author.isEmpty() ? "someone" : author,
            text,
            clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    publish(message);
    if ("fetch".equals(exchange.getRequestHeaders().getFirst("X-Requested-With"))) {
      Answers.empty(exchange, 204);
    } else {
      exchange.getResponseHeaders().set("Location", "/chat");
      Answers.empty(exchange, 303);
    }
  }

  private void publish(ChatLog.Message message) throws IOException, InterruptedException {
    log.add(message);
    JsonObject data =
        new JsonObject()
            .put("id", message.id())
            .put("author", message.author())
            .put("text", message.text())
            .put("time", message.time());
    try {
      publisher.publish(CHANNEL, message.id(), data);
    } catch (IOException e) {
      log.remove(message);
      throw e;
    }
  }
}
