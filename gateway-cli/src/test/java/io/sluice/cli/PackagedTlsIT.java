package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as it is shipped, with TLS on every listener and a certificate of its own. */
@Timeout(240)
class PackagedTlsIT {

  @TempDir private static Path folder;
  private static Program gateway;
  private static String clients = "";
  private static String publish = "";
  private static String admin = "";
  private static String ca = "";

  private final List<Program> programs = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    SelfSigned certificate = SelfSigned.make(folder, "ip:127.0.0.1");
    ca = certificate.certificate().toString();
    Path file = folder.resolve("sluice.yaml");
    Files.writeString(
        file,
        certificate.yaml()
            + "listen: { public: '0.0.0.0:0', publish: '127.0.0.1:0', admin: '127.0.0.1:0' }\n"
            + "routes:\n  - { match: { path: '/events/{channel}' }, push: {} }\n"
            + "  - { match: { path: '/events' }, push: { select: ['*'] } }\n");
    gateway = Program.sluice(folder, "serve", "--config", file.toString());
    clients = gateway.awaitMatch("^  public   (https://\\S+)   .* \\(WebSockets by wss:\\)$");
    publish = gateway.awaitMatch("^  publish  (https://\\S+)");
    admin = gateway.awaitMatch("^  admin    (https://\\S+)");
    gateway.await("/events'\n");
  }

  @AfterAll
  static void stop() throws Exception {
    assertThat(gateway.terminate()).isZero();
    gateway.close();
  }

  @AfterEach
  void killAll() {
    programs.forEach(Program::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse", "poll"})
  void printedLineSubscribesWhenPasted(String transport) throws Exception {
    String line = gateway.awaitMatch("^  " + transport + " +(curl .*)");
    assertThat(pasted(gateway.awaitMatch("^  (curl .* -d .*)")).exitCode()).isZero();
    assertThat(pasted(line).await("hello")).contains("hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse", "long-poll"})
  void subscribeTrustsTheFileAloneAndSaysSoWithoutIt(String transport) throws Exception {
    Ran published = sluice("publish", "a", "one", "--url", publish, "--ca", ca);
    assertThat(published.exitCode()).as(published.err()).isZero();
    Ran read =
        sluice(
            "subscribe",
            "a",
            "-t",
            transport,
            "--rewind",
            "1",
            "-n",
            "1",
            "--url",
            clients + "/events",
            "--ca",
            ca);
    assertThat(read.exitCode()).as(read.err()).isZero();
    assertThat(read.out()).contains("  a  -  one\n");
    Ran refused = sluice("subscribe", "a", "-t", transport, "--url", clients + "/events");
    assertThat(refused.exitCode()).isEqualTo(Exit.FAILED);
    assertThat(refused.err()).contains("refused", "not trusted", "--ca FILE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "health", "reload"})
  void operatorsTrustTheFileToo(String command) throws Exception {
    Ran trusting = sluice(command, "--admin", admin, "--ca", ca);
    assertThat(trusting.exitCode()).as(trusting.err()).isZero();
    Ran refused = sluice(command, "--admin", admin);
    assertThat(refused.exitCode()).isEqualTo(Exit.FAILED);
    assertThat(refused.err()).contains("not trusted", "--ca FILE").doesNotContain("start the");
  }

  @Test
  void theNameIsCheckedAlthoughTheCertificateIsTrusted() throws Exception {
    String other = clients.replace("127.0.0.1", "127.0.0.2") + "/events";
    for (String transport : new String[] {"websocket", "sse", "poll"}) {
      Ran refused = sluice("subscribe", "a", "-t", transport, "--url", other, "--ca", ca);
      assertThat(refused.exitCode()).isEqualTo(Exit.FAILED);
      assertThat(refused.err()).as(transport).contains("for another host name");
    }
  }

  @Test
  void theWrongSchemeAndAFileThatIsNoneAreSaid() throws Exception {
    Ran clear = sluice("health", "--admin", admin.replace("https:", "http:"));
    assertThat(clear.exitCode()).isEqualTo(Exit.FAILED);
    assertThat(clear.err()).contains("https://");
    Ran none = sluice("health", "--admin", admin, "--ca", folder.resolve("key.pem").toString());
    assertThat(none.exitCode()).isEqualTo(Exit.USAGE);
    assertThat(none.err()).contains("--ca = ", "no block BEGIN CERTIFICATE");
  }

  private Program pasted(String line) throws IOException {
    Program program = Program.pasted(folder, line);
    programs.add(program);
    return program;
  }

  private record Ran(int exitCode, String out, String err) {}

  private static Ran sluice(String... args) {
    Typed typed = new Typed();
    int exitCode = typed.run(args);
    return new Ran(exitCode, typed.out(), typed.err());
  }
}
