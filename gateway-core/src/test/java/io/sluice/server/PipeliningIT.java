package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TestCertificate;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that a client sends before it has the answer to the one before them (RFC 9112 §9.3.2).
 */
@NullMarked
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class PipeliningIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  private static final String END = "\r\n\r\n";
  private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String PAY = "POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  private static final String MARK = "GET /mark HTTP/1.1";

  private final ProxyBed.Beds beds;

  PipeliningIT(boolean tls) {
    this.beds = new ProxyBed.Beds(tls ? certificate : null);
  }

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  @Test
  void eachIsForwardedOnceTheOneBeforeItIsAnswered() throws Exception {
    try (ProxyBed bed = beds.of(1, "")) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      client.send(PAY + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
      RawClient app = bed.upstream().next();
      for (String path : new String[] {"GET /1 ", "POST /pay ", "GET /3 "}) {
        assertThat(app.readUntil(END)).startsWith(path);
        if (path.contains("pay")) {
          assertThat(app.readUntil("hi")).isEqualTo("hi");
        }
        app.send("HTTP/1.1 200 OK\r\nX-To: " + path.trim() + "\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.readUntil(END)).contains("X-To: " + path.trim() + "\r\n");
      }
    }
  }

  /** RFC 9112 §9.6: the client is told that its connection ends, and may ask again elsewhere. */
  @Test
  void nothingIsForwardedBehindAnAnswerThatCameBeforeTheBodysEnd() throws Exception {
    try (ProxyBed bed = beds.of(1, "")) {
      RawClient client = bed.client("POST /1 HTTP/1.1", "Host: a", "Content-Length: 10");
      client.send("begun");
      RawClient app = bed.upstream().next();
      app.readUntil("begun");
      app.send("HTTP/1.1 409 Conflict\r\nContent-Length: 3\r\n\r\nno!");
      assertThat(client.readUntil("no!")).containsIgnoringCase("\r\nconnection: close\r\n");
      client.send("ended" + PAY);
      assertThat(client.rest()).isEmpty();
      bed.client(MARK, "Host: a");
      assertThat(bed.upstream().next().readUntil(END)).startsWith(MARK);
    }
  }

  /** The head of the answer has said it, though the body has come by now. */
  @Test
  void theConnectionEndsWithTheAnswerThatSaidSo() throws Exception {
    for (String behind : new String[] {"", PAY}) {
      try (ProxyBed bed = beds.of(1, "")) {
        RawClient client = bed.client("POST /1 HTTP/1.1", "Host: a", "Content-Length: 10");
        client.send("begun");
        RawClient app = bed.upstream().next();
        app.readUntil("begun");
        app.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
        assertThat(client.readUntil("ab")).containsIgnoringCase("\r\nconnection: close\r\n");
        client.send("ended" + behind);
        assertThat(app.readUntil("ended")).isEqualTo("ended");
        app.send("cd");
        assertThat(client.readAll()).isEqualTo("cd");
      }
    }
  }

  /** What is asked for may be a thousand times what is sent. */
  @Test
  void aClientThatDoesNotReadIsServedNoMore() throws Exception {
    try (ProxyBed bed = beds.of(1, "")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      int asked = 400;
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(asked));
      RawClient app = bed.upstream().next();
      String body = "x".repeat(60_000);
      int answered = 0;
      try {
        for (; answered < asked; answered++) {
          app.readUntil(END);
          app.patience(1000);
          app.send("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + body);
        }
      } catch (java.net.SocketTimeoutException full) {
        // nothing more is asked
      }
      assertThat(answered).isBetween(1, asked - 1);
      assertThat(client.readUntil("x".repeat(60_000))).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void nothingIsForwardedBehindABodyThatOnlyTheConnectionEnds() throws Exception {
    try (ProxyBed bed = beds.of(1, "")) {
      RawClient client = bed.client("GET /1 HTTP/1.0", "Connection: keep-alive");
      client.send(PAY + "x".repeat(200_000)); // unread when the answer has been sent
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
      assertThat(client.readAll()).endsWith("\r\n\r\nabc");
      bed.client(MARK, "Host: a");
      assertThat(app.readUntil(END)).startsWith(MARK);
    }
  }

  @Test
  void nothingIsForwardedBehindARefusal() throws Exception {
    try (ProxyBed bed = beds.of(1, "")) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      client.send("GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n" + PAY);
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.send(EMPTY);
      assertThat(client.readUntil(END)).startsWith("HTTP/1.1 200 ");
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 400 ")
          .containsIgnoringCase("\r\nconnection: close\r\n")
          .doesNotContain("HTTP/1.1 2");
      bed.client(MARK, "Host: a");
      assertThat(app.readUntil(END)).startsWith(MARK);
    }
  }

  @Test
  void trailersStayWithTheirRequest() throws Exception {
    String post = " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
    try (ProxyBed bed = beds.of(1, "")) {
      RawClient client = bed.client("GET /1 HTTP/1.1", "Host: a");
      client.send(
          ("POST /2" + post + "Expect: 100-continue\r\n\r\n3\r\nabc\r\n0\r\nX-Of: 2\r\n\r\n")
              + ("POST /3" + post + "\r\n3\r\nxyz\r\n0\r\n\r\n")
              + ("POST /4" + post + "\r\n1\r\nq\r\n0\r\nX-Of: 4\r\n\r\n"));
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END)).startsWith("GET /1 ");
      app.send(EMPTY);
      assertThat(app.readUntil(END)).startsWith("POST /2 ");
      app.send("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(app.readUntil(END)).isEqualTo("3\r\nabc\r\n0\r\nX-Of: 2\r\n\r\n");
      app.send(EMPTY);
      assertThat(app.readUntil(END)).startsWith("POST /3 ");
      assertThat(app.readUntil(END)).isEqualTo("3\r\nxyz\r\n0\r\n\r\n");
      app.send(EMPTY);
      assertThat(app.readUntil(END)).startsWith("POST /4 ");
      assertThat(app.readUntil(END)).isEqualTo("1\r\nq\r\n0\r\nX-Of: 4\r\n\r\n");
    }
  }

  /** Whatever the client sends too early, all of it or nothing passes. */
  @Test
  void bytesBehindAHandshakePassOnceTheTunnelIsThere() throws Exception {
    String early = "\u0081\u0085\r\n\r\nHELLO GET /x HTTP/1.1\r\n\r\n";
    try (ProxyBed bed = beds.of(1, "")) {
      RawClient client =
          bed.client("GET /ws HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: chat");
      client.send(early);
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END)).startsWith("GET /ws ");
      app.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n");
      assertThat(client.readUntil(END)).startsWith("HTTP/1.1 101 ");
      client.send("later");
      assertThat(app.readUntil("later")).isEqualTo(early + "later");
      app.send("down");
      assertThat(client.readUntil("down")).isEqualTo("down");
    }
  }
}
