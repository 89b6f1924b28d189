package io.sluice.transport;

import static io.sluice.transport.PushBed.ROOM;
import static io.sluice.transport.PushBed.part;
import static io.sluice.transport.PushBed.readToEnd;
import static io.sluice.transport.PushBed.readUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Position;
import io.sluice.config.TestCertificate;
import io.sluice.http.CloseReason;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Event streams over real sockets, in the clear and over TLS: whole raw answers. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
class PushEndpointIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final String GET = "GET /room HTTP/1.1";
  private static final String STREAM = "Accept: text/event-stream";

  private static final String STREAM_HEAD =
      String.join(
          "\r\n",
          "HTTP/1.1 200 OK",
          "Vary: Accept, Prefer, Origin",
          "Content-Type: text/event-stream",
          "Cache-Control: no-store",
          "X-Accel-Buffering: no",
          "Incremental: ?1",
          "Connection: close",
          "Transfer-Encoding: chunked",
          "",
          "");

  private PushBed bed;

  @BeforeEach
  void start() throws Exception {
    bed = new PushBed(PushBed.route(), tls ? certificate : null);
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    bed.close();
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  /** The first block of a stream, with what is drawn for it taken from what was got. */
  private static String opening(String got, String id) {
    return "retry: "
        + drawn(got, "retry: ")
        + "\nevent: sluice.open\nid: "
        + id
        + "\ndata: {\"heartbeat\":600000,\"connection\":\""
        + drawn(got, "\"connection\":\"")
        + "\"}\n\n";
  }

  private static String farewell(String got, String reason) {
    String end = got.substring(got.lastIndexOf("retry: "));
    String retry = drawn(end, "retry: ");
    return "retry: "
        + retry
        + "\nevent: sluice.close\ndata: {\"reason\":\""
        + reason
        + "\",\"retry\":"
        + retry
        + "}\n\n";
  }

  private static String drawn(String text, String before) {
    int from = text.indexOf(before) + before.length();
    int to = from;
    while (Character.digit(text.charAt(to), 16) >= 0) {
      to++;
    }
    return text.substring(from, to);
  }

  private static String opened(Socket socket) throws IOException {
    return readUntil(socket, "\"}\n\n\r\n");
  }

  @Test
  @Proves({"SSE-1", "SSE-2", "SSE-4", "SSE-11", "REF-3", "NEG-2", "NEG-6"})
  void aWholeEventStreamByteForByte() throws Exception {
    Position before = bed.publish(ROOM, "before");
    Socket socket = bed.send(GET, STREAM);
    String head = opened(socket);
    Position one = bed.publish(ROOM, "one");
    Position two = bed.publish(ROOM, "two");
    String events = readUntil(socket, part(ROOM, two) + "\n\n\r\n");
    bed.closeAll(CloseReason.DRAINING);
    String end = readToEnd(socket);

    assertThat(head).isEqualTo(STREAM_HEAD + chunk(opening(head, part(ROOM, before))));
    assertThat(events)
        .isEqualTo(
            chunk("data: one\nid: " + part(ROOM, one) + "\n\n")
                + chunk("data: two\nid: " + part(ROOM, two) + "\n\n"));
    assertThat(end).isEqualTo(chunk(farewell(end, "draining")) + "0\r\n\r\n");
  }

  @Test
  @Proves("SSE-1")
  void aClientOfHttp10GetsTheSameBytesWithoutChunkedCoding() throws Exception {
    Position before = bed.publish(ROOM, "before");
    Socket socket = bed.send("GET /room HTTP/1.0", STREAM);
    String head = readUntil(socket, "\"}\n\n");
    Position one = bed.publish(ROOM, "one");
    String block = "data: one\nid: " + part(ROOM, one) + "\n\n";

    assertThat(head)
        .isEqualTo(
            STREAM_HEAD
                    .replace("HTTP/1.1", "HTTP/1.0")
                    .replace("Transfer-Encoding: chunked\r\n", "")
                + opening(head, part(ROOM, before)));
    assertThat(readUntil(socket, "\n\n")).isEqualTo(block);
    bed.closeAll(CloseReason.GOING_AWAY);
    String end = readToEnd(socket);
    assertThat(end).isEqualTo(farewell(end, "going-away"));
  }

  @Test
  @Proves("SSE-6")
  void severalChannelsInTheJsonForm() throws Exception {
    Socket socket = bed.send("GET /room?channel=news-1&format=json HTTP/1.1", STREAM);
    String head = opened(socket);
    String both = EventStream.of(head.substring(head.indexOf("retry"))).lastId();
    String room = both.substring(0, both.indexOf('.'));
    Position news = bed.publish("news-1", "n");

    String events = readUntil(socket, part("news-1", news) + "\n\n\r\n");
    Matcher time = PushBed.TIME.matcher(events);
    assertThat(time.find()).as(events).isTrue();
    assertThat(events)
        .isEqualTo(
            chunk(
                    "data: {\"channel\":\"news-1\",\"cursor\":\""
                        + part("news-1", news)
                        + "\","
                        + time.group()
                        + ",\"data\":\"n\"}\n")
                + chunk("id: " + room + "." + part("news-1", news) + "\n\n"));
  }

  @Test
  @Proves({"SSE-10", "LIM-3", "REF-2"})
  void whatMayPassIsAStreamThatSaysWhy() throws Exception {
    for (int i = 0; i < PushBed.MAX_CONNECTIONS; i++) {
      opened(bed.send(GET, STREAM));
    }
    String overloaded = bed.ask(GET, STREAM);
    assertThat(overloaded)
        .isEqualTo(STREAM_HEAD + chunk(farewell(overloaded, "overloaded")) + "0\r\n\r\n");

    bed.admission.drain();
    String draining = bed.ask(GET, STREAM);
    assertThat(draining)
        .isEqualTo(STREAM_HEAD + chunk(farewell(draining, "draining")) + "0\r\n\r\n");
  }

  @Test
  @Proves("BEAT-5")
  void aStreamWhoseClientLeavesFreesEverything() throws Exception {
    Socket socket = bed.send(GET, STREAM);
    opened(socket);
    assertThat(bed.readers()).isEqualTo(1);

    socket.close();

    bed.awaitReaders(0);
    assertThat(bed.admission.open()).isZero();
  }

  @Test
  @Proves({"BEAT-4", "STA-4"})
  void aStreamWhoseClientStoppedReadingCatchesUp() throws Exception {
    Socket socket = bed.send("GET /room?channel=news-1&format=json HTTP/1.1", STREAM);
    opened(socket);
    String filler = "x".repeat(50_000);
    int count = 300; // more than the sockets hold
    for (int i = 0; i < count; i++) {
      bed.publish("news-1", i + filler);
    }
    bed.publish("news-1", "end");

    String all = readUntil(new BufferedInputStream(socket.getInputStream()), "\"data\":\"end\"}\n");
    for (int i = 0, from = 0; i < count; i++) {
      from = all.indexOf("\"data\":\"" + i + "x", from);
      assertThat(from).as("where event %d is, in order", i).isNotNegative();
      assertThat(all.indexOf("\"data\":\"" + i + "x", from + 1)).as("its repeat").isNegative();
    }
  }

  @Test
  @Proves({"CUR-4", "STA-4"})
  void oneCursorMovesThroughAllTransports() throws Exception {
    String cursor = part(ROOM, bed.publish(ROOM, "0"));
    bed.publish(ROOM, "1");
    String poll = bed.ask("GET /room?since=" + cursor + " HTTP/1.1");
    bed.publish(ROOM, "2");
    String longPoll = bed.ask("GET /room?wait=1&since=" + next(poll) + " HTTP/1.1");
    bed.publish(ROOM, "3");
    Socket stream = bed.send(GET, STREAM, "Last-Event-ID: " + next(longPoll));
    String blocks = readUntil(stream, "data: 3\nid: ");
    String id = readUntil(stream, "\n").strip();
    Position last = bed.publish(ROOM, "4");
    Socket webSocket =
        bed.send(
            "GET /room?format=json&since=" + id + " HTTP/1.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    String frames = readUntil(webSocket, "}");

    assertThat(poll).contains("\"data\":\"1\"").doesNotContain("\"data\":\"0\"");
    assertThat(longPoll).contains("\"data\":\"2\"").doesNotContain("\"data\":\"1\"");
    assertThat(blocks).doesNotContain("data: 2", "sluice.gap");
    assertThat(frames)
        .contains("\"cursor\":\"" + part(ROOM, last) + "\"", "\"data\":\"4\"")
        .doesNotContain("\"data\":\"3\"");
  }

  private static String next(String answer) {
    return new JsonObject(answer.substring(answer.indexOf("\r\n\r\n"))).getString("next");
  }
}
