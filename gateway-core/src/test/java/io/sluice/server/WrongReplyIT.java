package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The wrong answer never reaches the wrong client (F16): an upstream that breaks every rule in
 * turn, and requests with tokens of their own among it.
 */
final class WrongReplyIT {

  private static final int CLIENTS = 8;
  private static final int REQUESTS = 150;
  private static final Pattern TOKEN = Pattern.compile("/([a-z]+)-([0-9]+-[0-9]+) ");

  /** What an upstream does beside a good answer; each but the first is wrong. */
  private enum Deed {
    GOOD,
    TWICE,
    TOO_LONG,
    TOO_SHORT,
    BOTH_LENGTHS,
    BAD_CHUNK,
    GARBAGE,
    EARLY_CLOSE,
    INTERIM_STORM,
    HUGE_HEAD,
    CLOSED_AFTER,
    CHUNKED_AND_MORE
  }

  private static String poison() {
    return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWRONG";
  }

  private static String answer(Deed deed, String token) {
    String head = "HTTP/1.1 200 OK\r\nContent-Length: ";
    String good = head + token.length() + "\r\n\r\n" + token;
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    String chunk = Integer.toHexString(token.length()) + "\r\n" + token + "\r\n";
    return switch (deed) {
      case GOOD, CLOSED_AFTER -> good;
      case TWICE -> good + poison();
      case TOO_LONG -> good + "WRONG";
      case TOO_SHORT -> head + (token.length() + 9) + "\r\n\r\n" + token;
      case BOTH_LENGTHS ->
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
              + chunk
              + "0\r\n\r\n";
      case BAD_CHUNK -> chunked + chunk + "zz\r\nWRONG\r\n0\r\n\r\n" + poison();
      case GARBAGE -> "\u0001\u0002WRONG\r\n\r\n" + poison();
      case EARLY_CLOSE -> "HTTP/1.1 200 OK\r\nConte";
      case INTERIM_STORM -> "HTTP/1.1 102 Processing\r\n\r\n".repeat(1000) + poison();
      case HUGE_HEAD -> "HTTP/1.1 200 OK\r\nX: " + "y".repeat(1 << 20) + "\r\n\r\n";
      case CHUNKED_AND_MORE -> chunked + chunk + "0\r\n\r\n" + poison();
    };
  }

  private static boolean closes(Deed deed) {
    return deed == Deed.TOO_SHORT || deed == Deed.EARLY_CLOSE || deed == Deed.CLOSED_AFTER;
  }

  /** Serves every connection that the gateway makes until the upstream is closed. */
  private static void serve(FakeUpstream upstream) {
    while (true) {
      RawClient app;
      try {
        app = upstream.next();
      } catch (Exception over) {
        return;
      }
      Thread thread = new Thread(() -> serve(app), "rude upstream");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private static void serve(RawClient app) {
    try (app) {
      while (true) {
        Matcher asked = TOKEN.matcher(app.readUntil("\r\n\r\n"));
        if (!asked.find()) {
          return;
        }
        Deed deed = Deed.valueOf(asked.group(1).toUpperCase(Locale.ROOT).replace("X", "_"));
        app.send(answer(deed, asked.group(2)));
        if (closes(deed)) {
          return;
        }
      }
    } catch (IOException cut) {
      // the gateway has ended it
    }
  }

  private record Count(AtomicInteger right, AtomicInteger refused, AtomicInteger wrong) {}

  private static void ask(int port, int number, Count count) {
    Random random = new Random(number);
    List<Deed> deeds = Arrays.asList(Deed.values());
    RawClient client = null;
    for (int i = 0; i < REQUESTS; i++) {
      String token = number + "-" + i;
      Deed deed = random.nextInt(3) > 0 ? Deed.GOOD : deeds.get(random.nextInt(deeds.size()));
      String path = deed.name().toLowerCase(Locale.ROOT).replace("_", "x");
      try {
        client = client == null ? RawClient.connect(port) : client;
        client.request("GET /" + path + "-" + token + " HTTP/1.1", "Host: a");
        if (judge(client, deed, token, count)) {
          client = null;
        }
      } catch (IOException cut) {
        client = null;
        count.refused.incrementAndGet();
      }
    }
  }

  /** Reads one answer; returns whether the connection is over. */
  private static boolean judge(RawClient client, Deed deed, String token, Count count)
      throws IOException {
    String head = client.readUntil("\r\n\r\n");
    while (head.startsWith("HTTP/1.1 1")) {
      head = client.readUntil("\r\n\r\n");
    }
    if (head.startsWith("HTTP/1.1 50")) {
      client.readUntil("}");
      (deed == Deed.GOOD ? count.wrong : count.refused).incrementAndGet();
      return false;
    }
    boolean chunked = head.toLowerCase(Locale.ROOT).contains("chunked");
    if (chunked) {
      client.readUntil("\r\n");
    }
    String body = new String(client.read(token.length()), java.nio.charset.StandardCharsets.UTF_8);
    (body.equals(token) ? count.right : count.wrong).incrementAndGet();
    if (chunked) {
      client.readUntil("0\r\n\r\n");
    } else if (deed == Deed.TOO_SHORT) {
      client.rest();
      return true;
    }
    return false;
  }

  @Test
  void everyClientGetsItsOwnAnswerOrNone() throws Exception {
    try (ProxyBed bed = ProxyBed.of(1, "health: { failures: 0 }")) {
      Thread serving = new Thread(() -> serve(bed.upstream()), "rude upstreams");
      serving.setDaemon(true);
      serving.start();
      int port = bed.gateway().port(Listener.PUBLIC);
      Count count = new Count(new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
      List<CompletableFuture<Void>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        clients.add(
            CompletableFuture.runAsync(
                () -> ask(port, number, count), task -> new Thread(task, "client").start()));
      }
      clients.forEach(CompletableFuture::join);
      assertThat(count.wrong).as("wrong replies").hasValue(0);
      assertThat(count.right.get() + count.refused.get())
          .isGreaterThanOrEqualTo(CLIENTS * REQUESTS);
      assertThat(count.right).hasValueGreaterThan(CLIENTS * REQUESTS / 2);
      assertThat(count.refused).hasValueGreaterThan(0);
    }
  }
}
