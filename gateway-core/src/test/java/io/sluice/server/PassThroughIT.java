package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.Upstream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes to an upstream and comes back, byte for byte. */
final class PassThroughIT {

  private static final int BIG = 48 << 20;

  private FakeUpstream upstream;
  private TestGateway gateway;
  private RawClient client;

  @BeforeEach
  void start() throws Exception {
    upstream = new FakeUpstream();
    Route all = new Route(PathTemplate.parse("/**"), null, Upstream.to(upstream.uri()));
    gateway = TestGateway.start(TestGateway.config(all));
    client = RawClient.connect(gateway.port(Listener.PUBLIC));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    upstream.close();
    gateway.close();
  }

  @Test
  void passesMethodPathQueryAndHeadersAndKeepsTheHost() throws Exception {
    client.send("GET /a/b%20c?x=1&y=%20 HTTP/1.1\r\nHost: app.example\r\nCookie: s=1\r\n\r\n");
    RawClient app = upstream.next();
    assertThat(app.readUntil("\r\n\r\n"))
        .startsWith("GET /a/b%20c?x=1&y=%20 HTTP/1.1\r\n")
        .containsIgnoringCase("\r\nHost: app.example\r\n")
        .containsIgnoringCase("\r\nCookie: s=1\r\n")
        .contains("\r\nX-Forwarded-For: 127.0.0.1\r\n")
        .contains("\r\nX-Forwarded-Proto: http\r\n")
        .contains("\r\nX-Forwarded-Host: app.example\r\n");
    app.send(
        "HTTP/1.1 203 Sure\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nhi");
    assertThat(client.readUntil("hi"))
        .startsWith("HTTP/1.1 203 Sure\r\n")
        .contains("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
  }

  @Test
  void whatIsAboutOneConnectionIsNotPassedOn() throws Exception {
    client.request(
        "GET / HTTP/1.1",
        "Host: a",
        "Connection: keep-alive, X-Hop",
        "X-Hop: 1",
        "TE: trailers",
        "Keep-Alive: timeout=9",
        "Proxy-Authorization: x",
        "X-Forwarded-For: 6.6.6.6",
        "X_Forwarded_For: 6.6.6.6",
        "Forwarded: for=6.6.6.6",
        "X-Stays: 1");
    RawClient app = upstream.next();
    assertThat(app.readUntil("\r\n\r\n"))
        .contains("X-Stays: 1")
        .doesNotContainIgnoringCase("x-hop")
        .containsIgnoringCase("\r\nte: trailers\r\n")
        .doesNotContainIgnoringCase("keep-alive:")
        .doesNotContainIgnoringCase("proxy-auth")
        .doesNotContain("6.6.6.6");
    app.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: X-Back\r\nX-Back: 1\r\nX-Too: 1\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n")).contains("X-Too: 1").doesNotContain("X-Back");
  }

  @Test
  void passesBodiesOfBothKindsBothWays() throws Exception {
    client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    RawClient app = upstream.next();
    assertThat(app.readUntil("hello")).containsIgnoringCase("\r\ncontent-length: 5\r\n");
    app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    assertThat(client.readUntil("0\r\n\r\n")).contains("3\r\nabc\r\n");

    client.send(
        "PUT /q HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nmore\r\n0\r\n\r\n");
    assertThat(app.readUntil("0\r\n\r\n"))
        .startsWith("PUT /q ")
        .containsIgnoringCase("transfer-encoding: chunked")
        .contains("4\r\nmore\r\n");
    app.send("HTTP/1.1 204 No Content\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 204 ");
    assertThat(upstream.isQuiet()).as("one kept connection for both").isTrue();
  }

  @Test
  void answersWithoutBodyKeepTheirHeaders() throws Exception {
    client.send("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient app = upstream.next();
    app.readUntil("\r\n\r\n");
    app.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n")).containsIgnoringCase("content-length: 1000");
    client.send("GET /same HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"e\"\r\n\r\n");
    app.readUntil("\r\n\r\n");
    app.send("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 304 ").contains("ETag: \"e\"");
  }

  @Test
  void aClientThatAsksFirstIsToldWhatTheUpstreamSays() throws Exception {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    RawClient app = upstream.next();
    assertThat(app.readUntil("\r\n\r\n")).containsIgnoringCase("\r\nexpect: 100-continue\r\n");
    app.send("HTTP/1.1 100 Continue\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100 ");
    client.send("ok");
    assertThat(app.readUntil("ok")).isEqualTo("ok");
    app.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void anUpstreamThatIsDownIsAProblem() throws Exception {
    upstream.close();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(client.readUntil("}"))
        .startsWith("HTTP/1.1 502 ")
        .containsIgnoringCase("application/problem+json")
        .contains("upstream-bad")
        .contains("is it running?");
  }

  @Test
  void garbageFromTheUpstreamIsAProblem() throws Exception {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    RawClient app = upstream.next();
    app.readUntil("\r\n\r\n");
    app.send("220 smtp ready\r\n\r\n");
    app.close();
    assertThat(client.readUntil("}")).startsWith("HTTP/1.1 502 ").contains("upstream-bad");
  }

  @Test
  void aCutAnswerNeverLooksWhole() throws Exception {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient app = upstream.next();
    app.readUntil("\r\n\r\n");
    app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    client.readUntil("3\r\nabc\r\n");
    app.close();
    assertThat(restOf(client)).doesNotContain("0\r\n\r\n");
  }

  @Test
  void aKeptConnectionThatTheUpstreamClosedIsNoFailure() throws Exception {
    client.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient app = upstream.next();
    app.readUntil("\r\n\r\n");
    app.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    client.readUntil("\r\n\r\n");
    client.send("GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
    app.readUntil("\r\n\r\n");
    app.close();
    RawClient again = upstream.next();
    assertThat(again.readUntil("\r\n\r\n")).startsWith("GET /two ");
    again.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aClientThatLeavesEndsTheUpstreamsWork() throws Exception {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient app = upstream.next();
    app.readUntil("\r\n\r\n");
    client.reset();
    assertThat(endOf(app)).isTrue();
  }

  @Test
  void aClientThatDoesNotReadStopsTheUpstream() throws Exception {
    try (RawClient slow = RawClient.connect(gateway.port(Listener.PUBLIC), 64 << 10)) {
      slow.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
      RawClient app = upstream.next();
      app.readUntil("\r\n\r\n");
      app.send("HTTP/1.1 200 OK\r\nContent-Length: " + BIG + "\r\n\r\n");
      long[] sent = new long[1];
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                byte[] some = new byte[64 << 10];
                try {
                  while (sent[0] < BIG) {
                    app.send(some);
                    sent[0] += some.length;
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      String head = slow.readUntil("\r\n\r\n");
      assertThat(head).startsWith("HTTP/1.1 200 ");
      assertThat(slow.read(BIG)).hasSize(BIG);
      sending.join();
      assertThat(sent[0]).isEqualTo(BIG);
    }
  }

  @Test
  void whatTwoProgramsCouldReadInTwoWaysIsRefused() throws Exception {
    refused("GET / HTTP/1.1\r\n\r\n");
    refused("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n");
    refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx");
    refused("GET http://other.example/ HTTP/1.1\r\nHost: a\r\n\r\n");
    refused("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n");
    refused("GET /a/%2e%2E/b HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(upstream.isQuiet()).isTrue();
  }

  @Test
  void requestsInOneRowAreAnsweredInTheirOrder() throws Exception {
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    RawClient app = upstream.next();
    assertThat(app.readUntil("\r\n\r\n")).startsWith("GET /1 ");
    app.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
    assertThat(app.readUntil("\r\n\r\n")).startsWith("GET /2 ");
    app.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
    assertThat(client.readUntil("\r\n\r\n1")).endsWith("1");
    assertThat(client.readUntil("\r\n\r\n2")).endsWith("2");
  }

  private void refused(String request) throws Exception {
    try (RawClient raw = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      raw.send(request);
      assertThat(raw.readUntil("}")).as(request).contains(" 400 ").contains("bad-request");
    }
  }

  /** A reset may come instead of an end. */
  private static String restOf(RawClient client) {
    try {
      return client.readAll();
    } catch (IOException reset) {
      return "";
    }
  }

  private static boolean endOf(RawClient client) {
    try {
      return client.read() < 0;
    } catch (java.net.SocketTimeoutException still) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }
}
