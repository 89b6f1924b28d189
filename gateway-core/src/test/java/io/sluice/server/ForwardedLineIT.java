package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The line of the access log for a request that went to an upstream, or should have. */
final class ForwardedLineIT {

  private static final String END = "\r\n\r\n";

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.sluice.access");
  private final Lines lines = new Lines();

  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      told.add(event.getFormattedMessage());
    }

    @Nullable String next() throws InterruptedException {
      return told.poll(20, TimeUnit.SECONDS);
    }
  }

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  private static String line(ProxyBed bed, String fields) {
    return Pattern.quote("transport=upstream remote=127.0.0.1 ")
        + fields.replace("UPSTREAM", Pattern.quote(bed.upstream().uri().getAuthority()));
  }

  @Test
  void hasEveryFieldAndNothingOfTheQueryOrTheHeaders() throws Exception {
    try (ProxyBed bed = ProxyBed.at("/shop/**", "")) {
      RawClient client =
          bed.client(
              "POST /shop/c%20art?token=secret HTTP/1.1",
              "Host: a", "Authorization: Bearer secret", "Content-Length: 5");
      client.send("hello");
      RawClient app = bed.upstream().next();
      app.readUntil("hello");
      app.send("HTTP/1.1 201 Created\r\nX: secret\r\nContent-Length: 6\r\n\r\nsecret");
      client.readUntil("secret");
      String line = lines.next();
      assertThat(line).doesNotContain("secret").doesNotContain("token");
      assertThat(line)
          .matches(
              line(
                  bed,
                  "method=POST path=\"/shop/c%20art\" route=\"/shop/\\*\\*\""
                      + " upstream=UPSTREAM tries=1 status=201 received=5 bytes=6"
                      + " first-ms=[0-9]+ ms=[0-9]+ reason=answered"));
    }
  }

  @Test
  void isAsciiAndNamesThePathThatTheUpstreamGot() throws Exception {
    try (ProxyBed bed = ProxyBed.with("")) {
      RawClient client = bed.client("GET /é/ä%20\" HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END)).startsWith("GET /%C3%A9/%C3%A4%20\" HTTP/1.1\r\n");
      app.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
      client.readUntil("hi");
      assertThat(lines.next()).contains(" path=\"/%C3%A9/%C3%A4%20\\\"\" route=\"/**\" upstream=");
    }
  }

  @Test
  void saysWhatFailedAndHowManyTimesItWasTried() throws Exception {
    try (ProxyBed bed = ProxyBed.of(1, "health: { retries: 1 }")) {
      RawClient client = bed.client("GET /x?q=1 HTTP/1.1", "Host: a");
      for (int i = 0; i < 2; i++) {
        RawClient app = bed.upstream().next();
        app.readUntil(END);
        app.close();
      }
      client.readUntil("}");
      assertThat(lines.next())
          .matches(
              line(
                  bed,
                  "method=GET path=\"/x\" route=\"/\\*\\*\" upstream=UPSTREAM tries=2 status=502"
                      + " received=0 bytes=0 first-ms=-1 ms=[0-9]+ reason=upstream-bad"));
    }
  }

  @Test
  void isWrittenForATunnelWhenItEnds() throws Exception {
    try (ProxyBed bed = ProxyBed.with("")) {
      RawClient client =
          bed.client("GET /t?q=1 HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: bytes");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.send("HTTP/1.1 101 OK\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\nearly");
      client.readUntil("early");
      client.send("abc");
      app.readUntil("abc");
      assertThat(lines.told).isEmpty();
      client.close();
      app.close();
      assertThat(lines.next())
          .matches(
              line(
                  bed,
                  "method=GET path=\"/t\" route=\"/\\*\\*\" upstream=UPSTREAM tries=1 status=101"
                      + " received=3 bytes=5 first-ms=[0-9]+ ms=[0-9]+ reason=closed"));
    }
  }

  @Test
  void saysThatTheClientLeft() throws Exception {
    try (ProxyBed bed = ProxyBed.with("")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      client.close();
      assertThat(app.isEnded()).isTrue();
      assertThat(lines.next())
          .matches(
              line(
                  bed,
                  "method=GET path=\"/\" route=\"/\\*\\*\" upstream=UPSTREAM tries=1 status=0"
                      + " received=0 bytes=0 first-ms=-1 ms=[0-9]+ reason=client-left"));
    }
  }

  /** A FIN does not say whether it is half a close: see docs/proxy.md. */
  @Test
  void aClientThatEndsItsSideAfterItsRequestHasLeft() throws Exception {
    try (ProxyBed bed = ProxyBed.with("")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      client.finish();
      assertThat(app.isEnded()).isTrue();
      assertThat(client.isEnded()).isTrue();
      assertThat(lines.next())
          .matches(
              line(
                  bed,
                  "method=GET path=\"/\" route=\"/\\*\\*\" upstream=UPSTREAM tries=1 status=0"
                      + " received=0 bytes=0 first-ms=-1 ms=[0-9]+ reason=client-left"));
    }
  }

  @Test
  void whatIsRefusedBeforeItIsRoutedHasALineToo() throws Exception {
    try (ProxyBed bed = ProxyBed.at("/**", "")) {
      bed.client("GET /x/..;/a?token=secret HTTP/1.1", "Host: a");
      assertThat(lines.next())
          .isEqualTo("transport=refused remote=127.0.0.1 status=400 reason=bad-request");
      bed.client("GET / HTTP/1.1", "Host: a", "Host: b");
      assertThat(lines.next())
          .isEqualTo("transport=refused remote=127.0.0.1 status=400 reason=bad-request");
    }
  }
}
