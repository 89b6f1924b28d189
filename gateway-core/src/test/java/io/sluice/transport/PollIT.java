package io.sluice.transport;

import static io.sluice.transport.PushBed.ROOM;
import static io.sluice.transport.PushBed.part;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Position;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.CloseReason;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Polls and long polls over real sockets, in the clear and over TLS. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
class PollIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private PushBed bed;

  @BeforeEach
  void start() throws Exception {
    bed = new PushBed(PushBed.route(), tls ? certificate : null);
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    bed.close();
  }

  private static String body(String answer) {
    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private static String header(String answer, String name) {
    String head = answer.substring(0, answer.indexOf("\r\n\r\n") + 2);
    int from = head.toLowerCase(Locale.ROOT).indexOf("\r\n" + name.toLowerCase(Locale.ROOT) + ": ");
    assertThat(from).as("%s in %s", name, head).isNotNegative();
    int value = from + name.length() + 4;
    return head.substring(value, head.indexOf("\r\n", value));
  }

  /** Of which the time was read from an answer. */
  private static String event(String channel, Position position, String answer, String data) {
    Matcher time = PushBed.TIME.matcher(answer);
    assertThat(time.find()).as(answer).isTrue();
    return "{\"channel\":\""
        + channel
        + "\",\"cursor\":\""
        + part(channel, position)
        + "\","
        + time.group()
        + ",\"data\":\""
        + data
        + "\"}";
  }

  private static String answer(String next, String... entries) {
    return "{\"events\":[" + String.join(",", entries) + "],\"next\":\"" + next + "\"}";
  }

  private static List<String> data(String answer) {
    JsonArray events = new JsonObject(body(answer)).getJsonArray("events");
    return events.stream().map(each -> ((JsonObject) each).getString("data")).toList();
  }

  private static String next(String answer) {
    return new JsonObject(body(answer)).getString("next");
  }

  @Test
  @Proves({"POL-1", "POL-3", "POL-6", "POL-8", "NEG-4", "NEG-6"})
  void aPollIsAnsweredAtOnceByteForByte() throws Exception {
    Position one = bed.publish(ROOM, "one");
    Position two = bed.publish(ROOM, "two");

    String answer = bed.ask("GET /room?a=%20&since=" + part(ROOM, one) + "&rewind=7&b HTTP/1.1");

    String body = answer(part(ROOM, two), event(ROOM, two, answer, "two"));
    assertThat(answer)
        .isEqualTo(
            String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "Vary: Accept, Prefer, Origin",
                "Cache-Control: no-cache",
                "ETag: " + header(answer, "ETag"),
                "Link: </room?a=%20&b&since=" + part(ROOM, two) + ">; rel=\"next\"",
                "Content-Type: application/json",
                "connection: close",
                "content-length: " + body.length(),
                "",
                body));
  }

  @Test
  @Proves("POL-2")
  void withoutAStartEvenALongPollIsAnsweredAtOnceWithACursor() throws Exception {
    Position at = bed.publish(ROOM, "before");

    assertThat(body(bed.ask("GET /room HTTP/1.1"))).isEqualTo(answer(part(ROOM, at)));
    assertThat(body(bed.ask("GET /room?wait=60 HTTP/1.1"))).isEqualTo(answer(part(ROOM, at)));
  }

  @Test
  @Proves({"POL-3", "POL-6"})
  void aLongPollAtTheHeadWaitsAndTellsTheWait() throws Exception {
    bed.close();
    bed = new PushBed(PushBed.route(Duration.ofSeconds(1)), tls ? certificate : null);
    String cursor = part(ROOM, bed.publish(ROOM, "before"));
    long began = System.nanoTime();

    String answer = bed.ask("GET /room?since=" + cursor + " HTTP/1.1", "Prefer: wait=60");

    assertThat((System.nanoTime() - began) / 1_000_000).isBetween(1_090L, 20_000L);
    assertThat(header(answer, "Preference-Applied")).isEqualTo("wait=1");
    assertThat(body(answer)).isEqualTo(answer(cursor));
  }

  @Test
  @Proves({"POL-4", "POL-1"})
  void aHeldPollIsAnsweredALittleAfterItsFirstEvent() throws Exception {
    bed.close();
    Route.Poll lingers = new Route.Poll(Duration.ofMinutes(5), Duration.ofSeconds(1), 5);
    bed = new PushBed(PushBed.route(lingers), tls ? certificate : null);
    String cursor = part(ROOM, bed.publish(ROOM, "before"));
    Socket socket =
        bed.send("GET /room?wait=60&since=" + cursor + " HTTP/1.1", "Connection: close");
    bed.awaitReaders(1);

    bed.publish(ROOM, "one");
    bed.publish(ROOM, "two");

    assertThat(data(PushBed.readToEnd(socket))).containsExactly("one", "two");
  }

  @Test
  @Proves({"POL-4", "STA-4"})
  void aLimitLeavesTheRestForTheNextPoll() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    for (int i = 1; i <= 8; i++) {
      bed.publish(ROOM, "" + i);
    }

    String first = bed.ask("GET /room?limit=3&since=" + cursor + " HTTP/1.1");
    String second = bed.ask("GET /room?wait=1&since=" + next(first) + " HTTP/1.1");

    assertThat(data(first)).containsExactly("1", "2", "3");
    assertThat(data(second)).containsExactly("4", "5", "6", "7", "8");
  }

  @Test
  @Proves({"POL-5", "JSN-3", "GAP-3"})
  void aGapIsAnsweredAtOnce() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    Position dropped = bed.publish(ROOM, "1");
    for (int i = 2; i <= 11; i++) {
      bed.publish(ROOM, "" + i);
    }

    String answer = bed.ask("GET /room?wait=60&since=" + cursor + " HTTP/1.1");

    assertThat(body(answer))
        .startsWith(
            "{\"events\":[{\"channel\":\"room\",\"cursor\":\""
                + part(ROOM, dropped)
                + "\",\"gap\":\"trimmed\"}");
  }

  @Test
  @Proves({"STA-2", "POL-5"})
  void anUnusableLastEventIdIsAGapAndNoError() throws Exception {
    Position at = bed.publish(ROOM, "0");

    String answer = bed.ask("GET /room?wait=60 HTTP/1.1", "Last-Event-ID: nonsense");

    assertThat(body(answer))
        .isEqualTo(
            answer(
                part(ROOM, at),
                "{\"channel\":\"room\",\"cursor\":\""
                    + part(ROOM, at)
                    + "\",\"gap\":\"unknown\"}"));
  }

  @Test
  @Proves({"SEL-1", "CUR-1"})
  void severalChannelsHaveOneCursor() throws Exception {
    String first = bed.ask("GET /room?channel=news-1 HTTP/1.1");
    Position room = bed.publish(ROOM, "r");
    Position news = bed.publish("news-1", "n");

    String answer = bed.ask("GET /room?channel=news-1&since=" + next(first) + " HTTP/1.1");

    assertThat(next(answer)).isEqualTo(part(ROOM, room) + "." + part("news-1", news));
    assertThat(data(answer)).containsExactlyInAnyOrder("r", "n");
  }

  @Test
  @Proves("POL-7")
  void anEtagNamesTheAnswerAndMovesNothing() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    String url = "GET /room?since=" + cursor + " HTTP/1.1";
    String etag = header(bed.ask(url), "ETag");

    assertThat(bed.ask(url, "If-None-Match: \"other\", W/" + etag))
        .startsWith("HTTP/1.1 304 Not Modified\r\n")
        .contains("\r\nETag: " + etag + "\r\n", "\r\nVary: Accept, Prefer, Origin\r\n")
        .endsWith("\r\n\r\n");

    bed.publish(ROOM, "1");
    String changed = bed.ask(url, "If-None-Match: " + etag);
    assertThat(data(changed)).containsExactly("1");
    assertThat(header(changed, "ETag")).isNotEqualTo(etag);
    assertThat(data(bed.ask(url))).containsExactly("1");
  }

  @Test
  @Proves("POL-7")
  void heldPollThatFoundNothingStillKnowsTheAnswerThatItsClientHas() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    String etag = header(bed.ask("GET /room?since=" + cursor + " HTTP/1.1"), "ETag");

    assertThat(bed.ask("GET /room?wait=1&since=" + cursor + " HTTP/1.1", "If-None-Match: " + etag))
        .startsWith("HTTP/1.1 304 Not Modified\r\n")
        .contains("\r\nPreference-Applied: wait=1\r\n");
  }

  @Test
  @Proves("NEG-7")
  void headIsAnsweredLikeAPollAtOnceWithoutBody() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    bed.publish(ROOM, "1");
    String query = " /room?wait=60&since=" + cursor + " HTTP/1.1";
    String got = bed.ask("GET /room?since=" + cursor + " HTTP/1.1");

    String head = bed.ask("HEAD" + query, "Accept: text/event-stream");

    assertThat(head).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
    assertThat(header(head, "ETag")).isEqualTo(header(got, "ETag"));
    assertThat(header(head, "Content-Length")).isEqualTo(header(got, "Content-Length"));
  }

  @Test
  @Proves("BEAT-5")
  void aClientThatLeavesFreesItsHeldPoll() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    Socket socket = bed.send("GET /room?wait=60&since=" + cursor + " HTTP/1.1");
    bed.awaitReaders(1);

    socket.close();

    bed.awaitReaders(0);
    assertThat(bed.admission.open()).isZero();
    assertThat(bed.counted(all -> all.connectionsClosed.labelValues("long-poll", "client-left")))
        .isEqualTo(1);
  }

  @Test
  @Proves({"REF-2", "REF-3"})
  void aDrainAnswersHeldPollsAndRefusesOthers() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    Socket held = bed.send("GET /room?wait=60&since=" + cursor + " HTTP/1.1");
    bed.awaitReaders(1);

    bed.admission.drain();
    bed.closeAll(CloseReason.DRAINING);

    assertThat(body(PushBed.readToEnd(held))).isEqualTo(answer(cursor));
    String refused = bed.ask("GET /room HTTP/1.1");
    assertThat(refused).startsWith("HTTP/1.1 503 ").contains("\"slug\":\"draining\"");
    assertThat(header(refused, "Retry-After")).matches("[1-9]");
  }

  @Test
  @Proves({"LIM-3", "REF-2"})
  void aboveTheLimitOfConnectionsAPollIsRefused() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    for (int i = 1; i <= PushBed.MAX_CONNECTIONS; i++) {
      bed.send("GET /room?wait=60&since=" + cursor + " HTTP/1.1");
      bed.awaitReaders(i);
    }

    String refused = bed.ask("GET /room HTTP/1.1");

    assertThat(refused).startsWith("HTTP/1.1 503 ").contains("\"slug\":\"overloaded\"");
    assertThat(header(refused, "Retry-After")).matches("[1-9]");
    assertThat(bed.counted(all -> all.limitsHit.labelValues("limits.connections"))).isEqualTo(1);
  }

  @Test
  void answersFollowEachOtherOnOneConnection() throws Exception {
    Socket socket = bed.send("GET /room HTTP/1.1");
    PushBed.readUntil(socket, "\"}");
    socket.getOutputStream().write("GET /room HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
    assertThat(PushBed.readUntil(socket, "\"}")).startsWith("HTTP/1.1 200 OK\r\n");
  }
}
