package io.sluice.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.config.Transport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A public listener that speaks TLS. */
final class TlsIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;
  private static TestGateway gateway;
  private static TestGateway clear;

  @BeforeAll
  static void start() throws Exception {
    certificate = TestCertificate.make(folder);
    Config config =
        TestGateway.config(
            TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT));
    gateway = TestGateway.start(TestGateway.with(config, certificate));
    clear = TestGateway.start(config);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    clear.close();
  }

  private static RawClient dial(int size) throws java.io.IOException {
    return RawClient.connect(gateway.port(Listener.PUBLIC), size, certificate.trusting());
  }

  @Test
  void theFilterReadsWhatTlsCarries() throws Exception {
    try (RawClient client = dial(0)) {
      client.send("GET /events/a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.2\r\nHost: a\r\n\r\n");
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 200 ")
          .contains("HTTP/1.1 505 ")
          .endsWith("}");
    }
  }

  /** Without close_notify a client could not tell the end from a cut (RFC 8446 §6.1). */
  @Test
  void aStreamThatTheGatewayEndsEndsByCloseNotify() throws Exception {
    Config config =
        TestGateway.config(
            TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT));
    TestGateway ending = TestGateway.start(TestGateway.with(config, certificate));
    try (RawClient client =
        RawClient.connect(ending.port(Listener.PUBLIC), 0, certificate.trusting())) {
      client.request("GET /events/a HTTP/1.1", "Host: a", "Accept: text/event-stream");
      client.readUntil("sluice.open");
      ending.gateway().stop();
      assertThat(client.readAll()).contains("sluice.close").endsWith("0\r\n\r\n");
    } finally {
      ending.close();
    }
  }

  /** A reset would take the answer from a client that is still sending (RFC 9112 §9.6). */
  @ParameterizedTest
  @CsvSource({
    "TLSv1.3, POST /events/a HTTP/1.2", "TLSv1.2, POST /events/a HTTP/1.2",
    "TLSv1.3, POST /events/./a HTTP/1.1", "TLSv1.2, POST /events/./a HTTP/1.1",
    "none, POST /events/a HTTP/1.2", "none, POST /events/./a HTTP/1.1"
  })
  void whoIsStillSendingReadsWhyItIsRefused(String version, String line) throws Exception {
    TestGateway asked = version.equals("none") ? clear : gateway;
    for (int time = 0; time < 5; time++) {
      try (Socket socket = connect(asked, version)) {
        OutputStream out = socket.getOutputStream();
        out.write((line + "\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n").getBytes(US_ASCII));
        byte[] part = new byte[32 << 10];
        for (int i = 0; i < 20; i++) {
          out.write(part);
        }
        assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
            .matches("(?s)HTTP/1.1 (400|505) .*}");
      }
    }
  }

  private static Socket connect(TestGateway to, String version) throws IOException {
    int port = to.port(Listener.PUBLIC);
    if (version.equals("none")) {
      return new Socket(InetAddress.getLoopbackAddress(), port);
    }
    SSLSocket socket =
        (SSLSocket) certificate.trusting().getSocketFactory().createSocket("127.0.0.1", port);
    socket.setEnabledProtocols(new String[] {version});
    return socket;
  }

  @Test
  void oldVersionsOfTlsAreNotSpoken() throws Exception {
    SSLContext trusting = certificate.trusting();
    try (SSLSocket socket =
        (SSLSocket)
            trusting.getSocketFactory().createSocket("127.0.0.1", gateway.port(Listener.PUBLIC))) {
      assertThat(Arrays.asList(socket.getSupportedProtocols())).contains("TLSv1.1");
      socket.setEnabledProtocols(new String[] {"TLSv1.1"});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      try (SSLSocket socket =
          (SSLSocket)
              trusting
                  .getSocketFactory()
                  .createSocket("127.0.0.1", gateway.port(Listener.PUBLIC))) {
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
      }
    }
  }

  @Test
  void whatIsNoTlsEndsAtOnceAndOthersGoOn() throws Exception {
    try (Subscriber reader = Subscriber.open(Transport.SSE, TlsIT::dial, "/events/calm", null);
        RawClient plain = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      plain.request("GET / HTTP/1.1", "Host: a");
      assertThat(plain.readAll()).doesNotContain("HTTP/1.1");
      String cursor = gateway.publish("calm", "on");
      assertThat(reader.next()).isEqualTo(new Subscriber.Told.Event("on", cursor));
    }
  }

  @Test
  void theMetricSaysUntilWhenTheCertificateIsValid() throws Exception {
    double until = certificate.configured().notAfter().getEpochSecond();
    String page = gateway.get(Listener.ADMIN, "/metrics");
    String name = "sluice_tls_certificate_not_after_timestamp_seconds{listener=\"public\"} ";
    assertThat(page).contains(name);
    String value =
        page.substring(page.indexOf(name) + name.length()).lines().findFirst().orElse("");
    assertThat(Double.parseDouble(value)).isEqualTo(until);
  }
}
