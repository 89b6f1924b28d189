package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code conf/edge.yaml} works as its comments say, given the files that it names. */
final class EdgeFileTest {

  private final Typed typed = new Typed().environment("CHAT_KEY", "chat-0123456789abcdef");

  @TempDir private Path folder;
  private String file = "";

  @BeforeEach
  void copy() throws Exception {
    Path copy = folder.resolve("edge.yaml");
    Files.copy(Path.of("../conf/edge.yaml"), copy);
    Files.writeString(folder.resolve("orders.key"), "orders-0123456789abcdef\n");
    TestCertificate.make(folder).write(folder, "site");
    file = copy.toString();
    typed.environment("STATE_DIR", folder.toString());
  }

  private String explain(String... request) {
    return explain(Exit.OK, request);
  }

  private String explain(int code, String... request) {
    Typed asked = new Typed().environment("CHAT_KEY", "chat-0123456789abcdef");
    String[] args = new String[request.length + 4];
    args[0] = "route";
    args[1] = "explain";
    System.arraycopy(request, 0, args, 2, request.length);
    args[request.length + 2] = "--config";
    args[request.length + 3] = file;
    assertThat(asked.run(args)).as(asked.err()).isEqualTo(code);
    return asked.out();
  }

  @Test
  void isValidAndLeavesNothingOpen() {
    assertThat(typed.run("check", "--config", file)).as(typed.out()).isZero();
    // The file is sized for a larger heap than this test has.
    assertThat(typed.out().lines().filter(line -> !line.contains("Java heap")))
        .containsExactly(file + ": valid");
  }

  @Test
  void aMissingKeyIsNamedWithItsLine() throws IOException {
    Files.delete(folder.resolve("orders.key"));
    assertThat(typed.run("check", "--config", file)).isEqualTo(Exit.USAGE);
    assertThat(typed.out())
        .contains("publish.keys[0].key = (hidden)")
        .contains("the file orders.key cannot be read: there is no such file")
        .hasLineCount(1);
  }

  @Test
  void aKeyOfAnotherCertificateIsNamedWithItsLine() throws Exception {
    Files.copy(folder.resolve("site.pem"), folder.resolve("kept.pem"));
    TestCertificate.make(folder).write(folder, "site");
    Files.move(
        folder.resolve("kept.pem"),
        folder.resolve("site.pem"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(typed.run("check", "--config", file)).isEqualTo(Exit.USAGE);
    assertThat(typed.out()).contains("tls.public.key = site.key").hasLineCount(1);
  }

  @Test
  void showsNoSecret() {
    assertThat(typed.run("config", "show", "--all", "--config", file)).isZero();
    assertThat(typed.out())
        .doesNotContain("0123456789abcdef")
        .contains("environment variable CHAT_KEY", "file orders.key", "defaults.heartbeat");
  }

  @Test
  void requestsGoWhereItsCommentsSay() {
    assertThat(explain("GET", "/orders/17", "--as", "sse")).contains("channel  order-17");
    assertThat(explain("POST", "/orders/17")).contains("http://10.0.1.20:3000");
    assertThat(explain("GET", "/chat?channel=room-1", "--as", "websocket"))
        .contains("subscribes by websocket");
    assertThat(explain(Exit.FAILED, "GET", "/chat?channel=room-1")).contains("406 not-offered");
    assertThat(explain("GET", "/api/items?x"))
        .contains("http://10.0.1.31:8000", "path     /v1/items?x", "host     api.internal");
    assertThat(explain("GET", "/")).contains("http://10.0.1.20:3000");
  }
}
