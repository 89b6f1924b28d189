package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client is told when its upstream fails, and that no connection outlives it (F16; F14 and
 * F15 have tests of their own).
 */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class UpstreamFaultsIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  private final ProxyBed.Beds beds;

  UpstreamFaultsIT(boolean tls) {
    this.beds = new ProxyBed.Beds(tls ? certificate : null);
  }

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";
  private static final String ONCE = "health: { retries: 0, failures: 0 }";

  private static String text(String escaped) {
    return escaped.replace("|", "\r\n");
  }

  /** What is no answer, sent whole: a problem, and the next request gets another connection. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "220 smtp ready||; http_protocol_error",
        "HTTP/2.0 200 OK|Content-Length: 0||; http_protocol_error",
        "HTTP/1.1 99999 OK|Content-Length: 0||; http_protocol_error",
        "HTTP/1.1 +200 OK|Content-Length: 0||; http_protocol_error",
        "http/1.1 200 OK|Content-Length: 0||; http_protocol_error",
        "HTTP/1.1 200 O\0K|Content-Length: 0||; http_protocol_error",
        "HTTP/1.1 200 OK|X Y: ab|Content-Length: 0||; http_protocol_error",
        "HTTP/1.1 200 OK|Content-Length: 4|Content-Length: 5||good; http_protocol_error",
        "HTTP/1.1 200 OK|Content-Length: -1||; http_protocol_error",
        "HTTP/1.1 200 OK|Content-Length: +4||good; http_protocol_error",
        "HTTP/1.1 200 OK|Content-Length: 4|Transfer-Encoding: chunked||0||; http_protocol_error",
        "HTTP/1.0 200 OK|Transfer-Encoding: chunked||0||; http_protocol_error",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||0||; http_response_transfer_coding",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip|Content-Length: 2||ab;"
            + " http_response_transfer_coding",
        "HTTP/1.1 200 Fine|Transfer-Encoding: chunked||4|good|ZZ|; http_protocol_error",
      })
  void whatIsNoAnswerIsAProblem(String answer, String error) throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send(text(answer));
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
          .contains("Proxy-Status: sluice; error=" + error.strip() + "\r\n")
          .contains("\"slug\":\"upstream-bad\"");
      goodOnAnother(bed, client);
    }
  }

  private static void goodOnAnother(ProxyBed bed, RawClient client) throws Exception {
    client.request("GET /2 HTTP/1.1", "Host: a");
    RawClient other = bed.upstream().next();
    assertThat(other.readUntil("\r\n\r\n")).startsWith("GET /2 ");
    other.send(GOOD);
    assertThat(client.readUntil("good")).contains("HTTP/1.1 200 ").doesNotContain("wrong");
  }

  /** What comes beside a whole answer: the answer passes, its connection is not used again. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK|Content-Length: 4||goodHTTP/1.1 200 OK|Content-Length: 5||wrong",
        "HTTP/1.1 200 OK|Content-Length: 4||goodwrong",
        "HTTP/1.1 200 OK|Content-Length: 4||good|",
        "HTTP/1.1 200 OK|Content-Length: 4||goodH",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||4|good|0||HTTP/1.1 200 OK|Content-Length: 5||wrong",
        "HTTP/1.1 200 OK|Connection: close|Content-Length: 4||good",
        "HTTP/1.1 200 OK|Keep-Alive: timeout=1|Content-Length: 4||good",
        "HTTP/1.0 200 OK|Content-Length: 4||good",
      })
  void aConnectionWithAnythingBesideIsNotUsedAgain(String answer) throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send(text(answer));
      assertThat(client.readUntil("good")).startsWith("HTTP/1.1 200 ");
      goodOnAnother(bed, client);
    }
  }

  @Test
  void bytesOnAnIdleConnectionEndIt() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send(GOOD);
      client.readUntil("good");
      app.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong");
      assertThat(app.isEnded()).isTrue();
      goodOnAnother(bed, client);
    }
  }

  @Test
  void anAnswerToHeadWithABodyDoesNotBecomeTheNextAnswer() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("HEAD /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send(GOOD);
      assertThat(client.readUntil("\r\n\r\n")).containsIgnoringCase("content-length: 4");
      goodOnAnother(bed, client);
    }
  }

  @Test
  void headsAboveTheBoundAreAProblem() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      sendAsFarAsTaken(app, "HTTP/1.1 200 OK\r\nX: " + "y".repeat(1 << 20) + "\r\n\r\n");
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 502 ")
          .contains("error=http_response_header_section_size");
      goodOnAnother(bed, client);
    }
  }

  @Test
  void aStormOfInterimAnswersIsAProblem() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      sendAsFarAsTaken(app, "HTTP/1.1 102 Processing\r\n\r\n".repeat(100_000));
      assertThat(client.readUntil("}"))
          .contains("HTTP/1.1 502 ")
          .contains("error=http_protocol_error");
    }
  }

  private static void sendAsFarAsTaken(RawClient app, String much) {
    try {
      app.send(much);
    } catch (IOException cut) {
      // as it should be
    }
  }

  /** An answer that ends early after it has begun: never a clean end for the client. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK|Content-Length: 10||begun",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|begun|",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|begun|5|x",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|begun|0|",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|begun|zz|",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|begunXX",
      })
  void aBrokenBodyNeverLooksWhole(String answer) throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      int cut = text(answer).indexOf("begun") + "begun".length();
      app.send(text(answer).substring(0, cut));
      client.readUntil("begun");
      app.send(text(answer).substring(cut));
      app.close();
      assertThat(client.rest()).doesNotContain("0\r\n\r\n");
      RawClient next = bed.client();
      goodOnAnother(bed, next);
      bed.awaitMetric("sluice_upstream_requests_total{code=\"cut\",route=\"/**\"}", 1);
    }
  }

  @Test
  void aBodyThatEndsWithAResetIsNoWholeBody() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send("HTTP/1.1 200 OK\r\n\r\nbegun");
      client.readUntil("begun");
      app.reset();
      assertThat(client.rest()).doesNotContain("0\r\n\r\n");
    }
  }

  @Test
  void aBodyThatEndsWithTheConnectionIsWhole() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send("HTTP/1.1 200 OK\r\n\r\nall of it");
      app.close();
      assertThat(client.readUntil("0\r\n\r\n")).contains("all of it");
      goodOnAnother(bed, client);
    }
  }

  @Test
  void anOldClientIsToldOfACutBodyByAReset() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.0", "Connection: keep-alive");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n");
      assertThat(client.readUntil("begun")).doesNotContainIgnoringCase("chunked");
      app.close();
      assertThat(client.endsWithReset()).isTrue();
    }
  }

  @Test
  void anEarlyCloseIsAProblem() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      RawClient client = bed.client("POST /1 HTTP/1.1", "Host: a", "Content-Length: 0");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.close();
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 502 ")
          .contains("error=connection_terminated");
      RawClient half = bed.client("POST /2 HTTP/1.1", "Host: a", "Content-Length: 0");
      RawClient other = bed.upstream().next();
      other.readUntil("\r\n\r\n");
      other.send("HTTP/1.1 200 OK\r\nContent-Le");
      other.close();
      assertThat(half.readUntil("}")).startsWith("HTTP/1.1 502 ").contains("Proxy-Status: ");
    }
  }

  @Test
  void aProblemForHeadHasNoBody() throws Exception {
    try (ProxyBed bed = beds.of(1, ONCE)) {
      bed.upstream().close();
      RawClient client = bed.client("HEAD / HTTP/1.1", "Host: a", "Connection: close");
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 502 ")
          .contains("Proxy-Status: sluice; error=connection_refused\r\n")
          .endsWith("\r\n\r\n");
    }
  }

  @Test
  void anUpstreamThatNeverAnswersIsATimeout() throws Exception {
    try (ProxyBed bed = beds.of(1, "first-byte-timeout: 2s, " + ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 504 ")
          .contains("upstream-timeout")
          .contains("error=http_response_timeout");
      assertThat(app.isEnded()).isTrue();
      goodOnAnother(bed, client);
    }
  }

  @Test
  void anAnswerThatStandsStillIsCut() throws Exception {
    try (ProxyBed bed = beds.of(1, "idle-timeout: 2s, " + ONCE)) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
      for (int i = 0; i < 5; i++) {
        app.expectQuiet();
        app.send("y");
      }
      assertThat(client.rest()).endsWith("\r\n\r\nyyyyy");
      assertThat(app.isEnded()).isTrue();
    }
  }
}
