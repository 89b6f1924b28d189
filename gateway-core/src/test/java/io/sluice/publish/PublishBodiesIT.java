package io.sluice.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that come slowly, and many of them at once. */
class PublishBodiesIT {

  private static final Duration SOON = Duration.ofMillis(200);

  /** Longer than a machine may stand still between two things that a client sends. */
  private static final Duration LATER = Duration.ofSeconds(2);

  private static final Duration NEVER = Duration.ofMinutes(1);
  private static final int MIB = 1 << 20;
  private static final String HELD = "x".repeat(700_000);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private PublishBed bed;

  private static PublishBed bed(Duration timeout, long memory) throws Exception {
    return PublishBed.ofOneNode(
        new Config.Publish(
            List.of(),
            false,
            MIB,
            MIB,
            100,
            Duration.ofMinutes(5),
            1_000,
            200,
            MIB,
            new Config.Bodies(timeout, memory)));
  }

  @BeforeEach
  void start() throws Exception {
    bed = bed(NEVER, MIB);
  }

  private void restart(Duration timeout) throws Exception {
    bed.close();
    bed = bed(timeout, 64 * MIB);
  }

  @AfterEach
  void stop() throws Exception {
    bed.close();
  }

  /** HTTP/1.1, as the listener speaks it. */
  private HttpResponse<String> post(String path, String data) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bed.port() + path))
            .POST(HttpRequest.BodyPublishers.ofString(data))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private long hits(String limit) {
    return bed.counted(all -> all.limitsHit.labelValues(limit));
  }

  @Test
  @Proves("PUB-15")
  void aBodyThatDoesNotComeIsRefusedAndTheConnectionClosed() throws Exception {
    restart(SOON);
    String answer =
        bed.raw("POST /channels/c/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", "");

    assertThat(answer)
        .startsWith("HTTP/1.1 408 ")
        .containsIgnoringCase("\r\nconnection: close\r\n")
        .contains("\"slug\":\"body-timeout\"", "within 200ms (publish.body-timeout)");
    assertThat(bed.events("c")).isEmpty();
    assertThat(hits("publish.body-timeout")).isEqualTo(1);
  }

  @Test
  @Proves("PUB-15")
  void aSilentLineStreamEndsWithThatAsItsLastLine() throws Exception {
    restart(LATER);
    try (Socket socket = lines()) {
      chunk(socket, line(1));
      String answer = PublishBed.read(socket, "");

      assertThat(answer)
          .startsWith("HTTP/1.1 200 ")
          .containsSubsequence("\"cursor\":", "\"slug\":\"body-timeout\"", "\"line\":2")
          .contains("0\r\n\r\n");
      assertThat(bed.events("c")).hasSize(1);
    }
  }

  @Test
  @Proves("PUB-15")
  void emptyLinesKeepALineStreamOpen() throws Exception {
    restart(LATER);
    try (Socket socket = lines()) {
      long end = System.nanoTime() + LATER.toNanos() * 3 / 2;
      while (System.nanoTime() < end) {
        chunk(socket, "\n");
        LockSupport.parkNanos(SOON.toNanos() / 20); // no flood, which the server would have to read
      }
      chunk(socket, line(1));
      assertThat(PublishBed.read(socket, "}\n")).contains("\"cursor\":").doesNotContain("slug");
    }
  }

  @Test
  @Proves("PUB-16")
  void bodiesAboveTheMemoryAreSentAwayUntilThereIsRoomAgain() throws Exception {
    try (Socket first = bed.connect()) {
      head(first, "/channels/c/events", "Content-Length: " + (HELD.length() + 1));
      first.getOutputStream().write(HELD.getBytes(ISO_8859_1));
      untilHeld();

      var refused = post("/channels/c/events", HELD);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused.body()).contains("\"slug\":\"overloaded\"", "publish.body-memory");
      assertThat(post("/channels/c/events", "small").statusCode()).isEqualTo(200);

      first.getOutputStream().write('x');
      assertThat(PublishBed.read(first, "}")).startsWith("HTTP/1.1 200 ");
    }
    assertThat(post("/channels/c/events", "x".repeat(MIB)).statusCode()).isEqualTo(200);
    assertThat(hits("publish.body-memory")).isPositive();
  }

  @Test
  @Proves("PUB-16")
  void aClientThatLeavesAndARefusedOneHoldNothing() throws Exception {
    for (int i = 0; i < 5; i++) {
      Socket leaves = bed.connect();
      head(leaves, "/channels/c/events", "Content-Length: " + MIB);
      leaves.getOutputStream().write(HELD.getBytes(ISO_8859_1));
      leaves.setSoLinger(true, 0);
      untilHeld();
      leaves.close();
      while (post("/channels/c/events", "x".repeat(MIB)).statusCode() != 200) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  @Proves("PUB-16")
  void aLineForWhichThereIsNoRoomEndsItsStream() throws Exception {
    try (Socket socket = lines();
        Socket holds = bed.connect()) {
      head(holds, "/channels/c/events", "Content-Length: " + MIB);
      holds.getOutputStream().write(HELD.getBytes(ISO_8859_1));
      untilHeld();
      chunk(socket, line(1));
      chunk(socket, "{\"channel\":\"c\",\"data\":\"" + HELD);

      assertThat(PublishBed.read(socket, "\"line\":2"))
          .containsSubsequence("\"cursor\":", "\"slug\":\"overloaded\"");
    }
  }

  /** Waits until the bytes that were sent are held: then no room is left for as many more. */
  private void untilHeld() {
    while (bed.heldBytes() < HELD.length()) {
      Thread.onSpinWait();
    }
  }

  private Socket lines() throws IOException {
    Socket socket = bed.connect();
    head(socket, "/events", "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked");
    return socket;
  }

  private static void head(Socket socket, String path, String headers) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n")
                .getBytes(ISO_8859_1));
  }

  private static void chunk(Socket socket, String data) throws IOException {
    socket
        .getOutputStream()
        .write((Integer.toHexString(data.length()) + "\r\n" + data + "\r\n").getBytes(ISO_8859_1));
  }

  private static String line(int data) {
    return "{\"channel\":\"c\",\"data\":" + data + "}\n";
  }
}
