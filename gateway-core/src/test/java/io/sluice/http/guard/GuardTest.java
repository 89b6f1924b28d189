package io.sluice.http.guard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sluice.http.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one guard lets through of the kept corpus, however its bytes are cut into reads. */
final class GuardTest {

  private static final String GET = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String LATER = "later\n";

  static List<Corpus.Vector> corpus() {
    return Corpus.all();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void eachInputHasItsOutcomeHoweverItIsCut(Corpus.Vector vector) {
    String expected = vector.passesGuard() ? "pass" : vector.expected();
    if (vector.name().equals("backslash")) {
      expected = "400";
    }
    for (int part : new int[] {Integer.MAX_VALUE, 1, 2, 7, 1000}) {
      try (GuardBed bed = new GuardBed()) {
        bed.send(vector.bytes(), Math.min(part, vector.bytes().length));
        boolean whole = part >= vector.bytes().length;
        assertThat(bed.outcome())
            .as("%s in parts of %d", vector, part)
            .matches(!expected.equals("cut") ? expected : whole ? "400|431" : "400|431|cut");
        assertThat(bed.decoderRefused).isFalse();
        assertThat(bed.requests).allMatch(r -> r.complete == bed.outcome().equals("pass"));
        assertThat(bed.requests).hasSize(bed.outcome().matches("pass|cut") ? 1 : 0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void eachInputHasItsOutcomeWhereverItIsCutOnce(Corpus.Vector vector) {
    byte[] bytes = vector.bytes();
    String whole = outcome(bytes, bytes.length);
    int body = vector.raw().indexOf("\r\n\r\n") + 4;
    for (int at = 1; at < Math.min(bytes.length, 400); at++) {
      if (!vector.expected().equals("cut") || at < body) {
        assertThat(outcome(bytes, at)).as("%s cut at %d", vector, at).isEqualTo(whole);
      } else {
        assertThat(outcome(bytes, at)).matches("(?s)cut\\[.* …]|" + Pattern.quote(whole));
      }
    }
  }

  private static String outcome(byte[] bytes, int at) {
    try (GuardBed bed = new GuardBed()) {
      bed.channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, at));
      if (at < bytes.length) {
        bed.channel.writeInbound(Unpooled.copiedBuffer(bytes, at, bytes.length - at));
      }
      return bed.outcome() + bed.requests;
    }
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void whatComesBehindAViolationIsNeverRead(Corpus.Vector vector) {
    byte[] bytes = vector.bytes();
    try (GuardBed bed = new GuardBed()) {
      bed.send(bytes);
      if (bed.violation != null) {
        int seen = bed.requests.size();
        bed.send((GET + GET).getBytes(ISO_8859_1));
        assertThat(bed.requests).hasSize(seen);
      }
    }
  }

  @Test
  void aViolationComesBehindTheRequestsBeforeIt() {
    try (GuardBed bed = new GuardBed()) {
      bed.send((GET + GET + "GET /b HTTP/1.2\r\nHost: a\r\n\r\n" + GET).getBytes(ISO_8859_1));
      assertThat(bed.requests).hasSize(2).allMatch(r -> r.complete);
      assertThat(bed.outcome()).isEqualTo("505");
    }
  }

  private static final String POST = "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

  @Test
  void aRequestWaitsForTheAnswerToTheOneBeforeItWhereverItIsCut() {
    byte[] bytes = (GET + POST + "\r\n" + GET).getBytes(ISO_8859_1);
    for (int at = 1; at < bytes.length; at++) {
      try (GuardBed bed = new GuardBed()) {
        bed.answersAtOnce = false;
        bed.send(Arrays.copyOf(bytes, at));
        bed.send(Arrays.copyOfRange(bytes, at, bytes.length));
        assertThat(bed.passed.toString(ISO_8859_1)).as("cut at %d", at).isEqualTo(GET);
        assertThat(bed.channel.config().isAutoRead()).isFalse();
        bed.answer();
        assertThat(bed.passed.toString(ISO_8859_1)).isEqualTo(GET + POST);
        assertThat(bed.channel.config().isAutoRead()).isFalse();
        bed.answer();
        assertThat(bed.passed.toString(ISO_8859_1)).isEqualTo(GET + POST + GET);
        assertThat(bed.channel.config().isAutoRead()).isTrue();
        assertThat(bed.requests).hasSize(3).allMatch(r -> r.complete);
      }
    }
  }

  @Test
  void nothingIsServedAfterAnAnswerThatEndsTheConnection() {
    for (boolean atOnce : new boolean[] {true, false}) {
      try (GuardBed bed = new GuardBed()) {
        bed.answersAtOnce = atOnce;
        bed.answersLast = true;
        bed.send((POST + GET).getBytes(ISO_8859_1));
        if (!atOnce) {
          bed.answer();
        }
        assertThat(bed.passed.toString(ISO_8859_1)).isEqualTo(POST);
        assertThat(bed.channel.config().isAutoRead()).isTrue(); // the client's end is to be seen
      }
    }
  }

  @Test
  void anAnswerBeforeTheBodyHasEndedDoesNotLetTheNextRequestInEarly() {
    String head = "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
    try (GuardBed bed = new GuardBed()) {
      bed.answersAtOnce = false;
      bed.answersLast = true;
      bed.send(head.getBytes(ISO_8859_1));
      bed.answer();
      bed.send(("hi" + GET).getBytes(ISO_8859_1));
      assertThat(bed.passed.toString(ISO_8859_1)).isEqualTo(head + "hi");
    }
  }

  @Test
  void aRequestWaitsForItsClientToReadTheAnswersBeforeIt() {
    try (GuardBed bed = new GuardBed()) {
      bed.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
      bed.send((GET + POST).getBytes(ISO_8859_1));
      assertThat(bed.requests).isEmpty();
      bed.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
      bed.channel.runPendingTasks();
      assertThat(bed.requests).hasSize(2).allMatch(r -> r.complete);
    }
  }

  @Test
  void aConnectionIsClosedBehindItsLastAnswerThoughNobodyElseDoes() {
    try (GuardBed bed = new GuardBed()) {
      bed.answersLast = true;
      bed.send((GET + GET).getBytes(ISO_8859_1));
      bed.channel.runPendingTasks();
      assertThat(bed.requests).hasSize(1);
      assertThat(bed.channel.isActive()).isFalse();
    }
  }

  @Test
  void anEmptyLineBehindARequestDoesNotHideTheClientsEnd() {
    try (GuardBed bed = new GuardBed()) {
      bed.answersAtOnce = false;
      bed.send((GET + "\r\n").getBytes(ISO_8859_1));
      assertThat(bed.channel.config().isAutoRead()).isTrue();
      bed.answer();
      bed.answersAtOnce = true;
      bed.send(GET.getBytes(ISO_8859_1));
      assertThat(bed.requests).hasSize(2).allMatch(r -> r.complete);
    }
  }

  @Test
  void moreThanABoundBehindAnUnansweredRequestIsRefused() {
    byte[] many = GET.repeat(1000).getBytes(ISO_8859_1);
    try (GuardBed bed = new GuardBed()) {
      bed.answersAtOnce = false;
      bed.send(many);
      for (int sent = 0; sent <= Guard.MAX_WAITING_BYTES; sent += many.length) {
        bed.send(many); // though it is not asked for
      }
      assertThat(bed.requests).hasSize(1);
      assertThat(bed.outcome()).isEqualTo("400");
    }
  }

  @Test
  void aWaitingHeadIsNotLateBeforeItsTurn() {
    try (GuardBed bed = new GuardBed()) {
      bed.answersAtOnce = false;
      bed.send((GET + "GET /b HT").getBytes(ISO_8859_1));
      bed.loops.advance(60_000);
      bed.guard.look(bed.loops.nowMs());
      bed.answer();
      bed.guard.look(bed.loops.nowMs() + 9_999);
      assertThat(bed.outcome()).isEqualTo("pass");
      bed.guard.look(bed.loops.nowMs() + 10_000);
      assertThat(bed.outcome()).isEqualTo("408");
    }
  }

  @Test
  void chunksThatComeWithTheHeadAreLookedAtBeforeItIsPassedOn() {
    String head = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    try (GuardBed bed = new GuardBed()) {
      bed.send((GET + head + "2\r\nhi\r\nzz").getBytes(ISO_8859_1));
      assertThat(bed.passed.toString(ISO_8859_1)).isEqualTo(GET);
      assertThat(bed.outcome()).isEqualTo("400");
    }
    try (GuardBed bed = new GuardBed()) {
      bed.send((head + "2\r\nhi\r\n").getBytes(ISO_8859_1));
      assertThat(bed.passed.toString(ISO_8859_1)).isEqualTo(head + "2\r\nhi\r\n");
      bed.send("zz".getBytes(ISO_8859_1));
      assertThat(bed.outcome()).isEqualTo("cut");
    }
  }

  @Test
  void oddHeadersAndAbsoluteTargetsAreTakenOutOfTheBytes() {
    try (GuardBed bed = new GuardBed()) {
      bed.send(
          String.join(
                  "\r\n",
                  "",
                  "GET http://a?x HTTP/1.1",
                  "X_User: root",
                  "Host: a",
                  "A: 1",
                  "B.C: 2",
                  "D~: 3",
                  "E-F: 4",
                  "\r\n")
              .getBytes(ISO_8859_1));
      assertThat(bed.passed.toString(ISO_8859_1))
          .isEqualTo(String.join("\r\n", "GET /?x HTTP/1.1", "Host: a", "A: 1", "E-F: 4", "\r\n"));
    }
  }

  @Test
  void bytesBehindARequestThatTakesTheConnectionOverAreNotParsed() {
    try (GuardBed bed = new GuardBed()) {
      List<String> raw = new ArrayList<>();
      bed.channel.pipeline().addLast("taker", new Taker(raw));
      bed.channel.pipeline().remove("handler");
      bed.send((GET + "\u0001\r\nno http").getBytes(ISO_8859_1));
      bed.send(LATER.getBytes(ISO_8859_1));
      assertThat(String.join("", raw)).isEqualTo("\u0001\r\nno http" + LATER);
      assertThat(bed.channel.pipeline().get(Guard.class)).isNull();
    }
  }

  /** Takes the connection over at the first message, as a stream does. */
  private static final class Taker extends ChannelInboundHandlerAdapter {
    private final List<String> raw;

    Taker(List<String> raw) {
      this.raw = raw;
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      if (message instanceof ByteBuf bytes) {
        raw.add(bytes.toString(ISO_8859_1));
        bytes.release();
      } else if (from.pipeline().get("httpDecoder") != null) {
        from.pipeline().remove("httpDecoder");
        from.pipeline().remove("record");
        from.pipeline().remove(Guard.class);
      }
    }
  }

  /**
   * RFC 9112 §2.2: some clients send one behind a body. What is passed on begins with a request.
   */
  @Test
  void anEmptyLineBeforeARequestIsLeftOutWhereverItIsCut() {
    String counted = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
    String chunked =
        "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\r\n\r\n0\r\n\r\n";
    byte[] bytes = ("\r\n" + counted + "\r\n" + chunked + "\r\n" + GET + GET).getBytes(ISO_8859_1);
    for (int at = 1; at <= bytes.length; at++) {
      try (GuardBed bed = new GuardBed()) {
        bed.channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, at));
        bed.channel.writeInbound(Unpooled.copiedBuffer(bytes, at, bytes.length - at));
        assertThat(bed.passed.toString(ISO_8859_1))
            .as("cut at %d", at)
            .isEqualTo(counted + chunked + GET + GET);
        assertThat(bed.requests).hasSize(4).allMatch(r -> r.complete);
        assertThat(bed.requests).extracting(r -> r.body.toString(ISO_8859_1)).contains("\r\n");
        assertThat(bed.outcome()).isEqualTo("pass");
      }
    }
  }

  @Test
  void anEmptyLineAloneIsNoRequestThatIsLate() {
    try (GuardBed bed = new GuardBed()) {
      bed.send((GET + "\r\n").getBytes(ISO_8859_1));
      bed.loops.advance(60_000);
      bed.guard.look(bed.loops.nowMs());
      bed.send("GET".getBytes(ISO_8859_1));
      bed.guard.look(bed.loops.nowMs() + 9_999);
      assertThat(bed.outcome()).isEqualTo("pass");
      bed.guard.look(bed.loops.nowMs() + 10_000);
      assertThat(bed.outcome()).isEqualTo("408");
    }
    try (GuardBed bed = new GuardBed()) {
      bed.send("\r\n".getBytes(ISO_8859_1));
      bed.guard.look(bed.loops.nowMs() + 10_000);
      assertThat(bed.channel.isActive()).isFalse();
      assertThat(bed.violation).isNull();
    }
  }

  @Test
  void aHeadThatDoesNotComeToItsEndIsRefusedInTime() {
    try (GuardBed bed = new GuardBed()) {
      bed.send(GET.getBytes(ISO_8859_1));
      bed.send("GET /b HT".getBytes(ISO_8859_1));
      bed.guard.look(bed.loops.nowMs() + 9_999);
      assertThat(bed.outcome()).isEqualTo("pass");
      bed.send("TP".getBytes(ISO_8859_1));
      bed.guard.look(bed.loops.nowMs() + 10_000);
      assertThat(bed.outcome()).isEqualTo("408");
      assertThat(bed.metrics.limitsHit.labelValues("limits.header-timeout").get()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionOnWhichNothingComesIsClosedInTime() {
    try (GuardBed bed = new GuardBed()) {
      bed.guard.look(bed.loops.nowMs() + 9_999);
      assertThat(bed.channel.isActive()).isTrue();
      bed.guard.look(bed.loops.nowMs() + 10_000);
      assertThat(bed.channel.isActive()).isFalse();
      assertThat(bed.violation).isNull();
    }
  }

  @Test
  void refusalsAreCountedBySlug() {
    try (GuardBed bed = new GuardBed()) {
      bed.send("GET /a\r\n".getBytes(ISO_8859_1));
      assertThat(bed.metrics.requestsMalformed.labelValues(Problem.Kind.BAD_REQUEST.slug()).get())
          .isEqualTo(1);
    }
  }
}
