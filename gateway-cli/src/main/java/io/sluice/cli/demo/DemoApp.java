package io.sluice.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sample app: a live view of this machine, a chat and a playground of the four transports. It
 * serves pages by plain HTTP and publishes by POST; the streaming is the gateway's.
 */
public final class DemoApp implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DemoApp.class);

  private static final Map<String, String> TYPES =
      Map.of(
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final HttpServer server;
  private final ExecutorService requests;
  private final ScheduledExecutorService ticks;
  private final AtomicBoolean publishing = new AtomicBoolean(true);

  private DemoApp(HttpServer server, ExecutorService requests, ScheduledExecutorService ticks) {
    this.server = server;
    this.requests = requests;
    this.ticks = ticks;
  }

  /**
   * Starts to serve on a free port of the loopback address; nothing is published yet.
   *
   * @throws IOException if no port can be bound
   */
  public static DemoApp start() throws IOException {
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    ExecutorService requests = Executors.newFixedThreadPool(8, DemoApp::thread);
    server.setExecutor(requests);
    server.start();
    return new DemoApp(
        server, requests, Executors.newSingleThreadScheduledExecutor(DemoApp::thread));
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "sluice-demo");
    thread.setDaemon(true);
    return thread;
  }

  /** Where it serves. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /**
   * Opens the pages and begins to publish each second.
   *
   * @param gateway the publish listener's URL
   */
  public void open(URI gateway) {
    Clock clock = Clock.systemUTC();
    Publisher publisher = new Publisher(gateway);
    page("/", Page.text("load.html"));
    Map<String, String> fields = Map.of("publish", Html.escaped(gateway.toString()));
    page("/playground", Page.fill(Page.text("playground.html"), fields));
    server.createContext("/app/", safely(DemoApp::file));
    Chat chat = new Chat(publisher, clock, Page.text("chat.html"));
    server.createContext("/chat", safely(exact("/chat", chat::handle)));
    Machine machine = new Machine(clock);
    AtomicLong count = new AtomicLong();
    ticks.scheduleAtFixedRate(
        () -> {
          publish(publisher, "load", "load", machine.now());
          publish(publisher, "demo", "count", new JsonObject().put("n", count.incrementAndGet()));
        },
        0,
        1,
        TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    ticks.shutdownNow();
    server.stop(0);
    requests.shutdownNow();
  }

  /** Publishes; says once when it stops to work and once when it works again. */
  private void publish(Publisher to, String channel, String name, JsonObject data) {
    to.send(channel, name, data)
        .whenComplete(
            (status, failure) -> {
              boolean works = failure == null && status == 200;
              if (publishing.getAndSet(works) != works) {
                log.warn(
                    "publishing {} · channel {} = {}",
                    works ? "works again" : "does not work",
                    channel,
                    failure == null ? status : failure.getMessage());
              }
            });
  }

  private void page(String path, String html) {
    server.createContext(path, safely(exact(path, exchange -> Answers.html(exchange, html))));
  }

  /** A file of the pages; the few there are, by name. */
  private static void file(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring("/app/".length());
    switch (name) {
      case "app.css", "load.js", "chat.js", "playground.js", "icon.svg" -> {
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        String type = TYPES.getOrDefault(name.substring(name.indexOf('.') + 1), "text/plain");
        Answers.send(exchange, 200, type, Page.bytes(name));
      }
      default -> Answers.text(exchange, 404, "nothing is here");
    }
  }

  /** The server's contexts are prefixes; our pages are not. */
  private static Work exact(String path, Work work) {
    return exchange -> {
      if (exchange.getRequestURI().getPath().equals(path)) {
        work.handle(exchange);
      } else {
        Answers.text(exchange, 404, "nothing is here");
      }
    };
  }

  private static HttpHandler safely(Work work) {
    return exchange -> {
      try (exchange) {
        work.handle(exchange);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        log.warn("request failed · {} = {}", exchange.getRequestURI().getPath(), e.getMessage());
        if (exchange.getResponseCode() < 0) {
          Answers.text(exchange, 502, "the gateway did not answer");
        }
      }
    };
  }

  /** Answers one request. */
  private interface Work {
    void handle(HttpExchange exchange) throws IOException, InterruptedException;
  }
}
