package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as it is shipped holds all that a node of a cluster needs. */
@Timeout(240)
final class PackagedClusterIT {

  private static final String SECRET = "a secret of the packaged";

  @TempDir private Path folder = Path.of("");
  private final List<Program> programs = new ArrayList<>();

  @AfterEach
  void killAll() {
    programs.forEach(Program::close);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Program serve(int port) throws IOException {
    Path file = folder.resolve("node.yaml");
    Files.writeString(
        file,
        """
        listen: { public: "127.0.0.1:0", publish: "127.0.0.1:0", admin: "127.0.0.1:0" }
        cluster: { members: ["127.0.0.1:%d"], secret: "%s" }
        routes: [{ match: { path: "/events/{channel}" }, push: {} }]
        """
            .formatted(port, SECRET));
    // As the launcher calls it; what is left to warn of shows.
    List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
    if (Runtime.version().feature() >= 23) {
      options.add("--sun-misc-unsafe-memory-access=allow");
    }
    Program program = Program.java(folder, options, "serve", "--config", file.toString());
    programs.add(program);
    return program;
  }

  @Test
  void aNodeStartsTakesAnEventAndLeaves() throws IOException, InterruptedException {
    Program node = serve(freePort());
    String publish = node.awaitMatch("^  publish  (http://\\S+)");
    Program published = Program.sluice(folder, "publish", "a", "one", "--url", publish);
    programs.add(published);
    assertThat(published.exitCode()).as(published.err()).isZero();
    assertThat(node.terminate()).isZero();
    assertThat(node.err())
        .contains("WARN  ClusterFactory cluster: one node: what it holds ends with it")
        .doesNotContain(SECRET)
        .doesNotContainPattern("sluice-\\d+-[0-9a-f]{32}");
    // Nothing that a library complains of: not of the JDK, not of its own settings.
    assertThat(node.err().lines().filter(line -> line.contains("WARN")))
        .allMatch(
            line ->
                line.contains(" Gateway ")
                    || line.contains(" ClusterFactory ")
                    || line.contains(" Watch "));
    assertThat(node.err()).doesNotContain("WARNING", "SLF4J", "\tat ");
  }

  @Test
  void aPortThatAnotherHasIsOneLineAndAnExitCode() throws IOException, InterruptedException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Program node = serve(other.getLocalPort());
      assertThat(node.exitCode()).as(node.err()).isEqualTo(Exit.ADDRESS);
      assertThat(node.err())
          .contains(
              "sluice: cluster.bind = 127.0.0.1:"
                  + other.getLocalPort()
                  + " (expected a port that is free): another program listens there")
          .doesNotContain("\tat ");
    }
  }
}
