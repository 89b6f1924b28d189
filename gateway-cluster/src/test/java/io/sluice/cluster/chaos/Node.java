package io.sluice.cluster.chaos;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One gateway: a process that comes and goes at one address. */
final class Node {

  private static final int PUBLIC = 8080;
  private static final int PUBLISH = 8081;
  private static final int ADMIN = 8082;
  private static final int ASK_MS = 2_500;

  final int number;
  private final List<String> command;
  private final Path folder;
  private final String address;
  private Process process;
  private boolean paused;

  /**
   * @param command that starts it
   * @param folder in which it is started and logs
   */
  Node(int number, List<String> command, Path folder, String address) {
    this.number = number;
    this.command = List.copyOf(command);
    this.folder = folder;
    this.address = address;
  }

  InetSocketAddress readAt() {
    return new InetSocketAddress(address, PUBLIC);
  }

  InetSocketAddress publishAt() {
    return new InetSocketAddress(address, PUBLISH);
  }

  /** The address and port of each listener, as the configuration has them. */
  static String listen(String address) {
    return "{ public: \"%s:%d\", publish: \"%s:%d\", admin: \"%s:%d\" }"
        .formatted(address, PUBLIC, address, PUBLISH, address, ADMIN);
  }

  void start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(folder.resolve("node-" + number + ".log").toFile()));
    builder.environment().put("SLUICE_JAVA_OPTS", "-Xmx320m");
    process = builder.start();
    paused = false;
  }

  boolean runs() {
    return process != null && process.isAlive();
  }

  /** Ends it at once (SIGKILL), and waits until it is gone. */
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /** Asks it to stop (SIGTERM). */
  void terminate() {
    process.destroy();
  }

  /**
   * Waits until it has stopped by itself.
   *
   * @throws IOException if it has not, or not as it should
   */
  void awaitStop(int seconds) throws IOException, InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new IOException("node " + number + " did not stop within " + seconds + " s");
    }
    // A JVM that was asked by a signal ends with 128 + 15.
    if (process.exitValue() != 0 && process.exitValue() != 143) {
      throw new IOException("node " + number + " ended with " + process.exitValue());
    }
  }

  void pause() throws IOException, InterruptedException {
    signal("-STOP");
    paused = true;
  }

  void wake() throws IOException, InterruptedException {
    if (paused && runs()) {
      signal("-CONT");
    }
    paused = false;
  }

  private void signal(String name) throws IOException, InterruptedException {
    Shell.run("kill", name, Long.toString(process.pid()));
  }

  /** Whether it says that it is ready; also false if it does not answer. */
  boolean ready() {
    try {
      return ask("/readyz").status() == 200;
    } catch (IOException notNow) {
      return false;
    }
  }

  /** The ids of the nodes that it sees; null if it does not say. */
  List<String> members() {
    JsonArray nodes = nodes();
    if (nodes == null) {
      return null;
    }
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      ids.add(nodes.getJsonObject(i).getString("id", ""));
    }
    return ids;
  }

  /** The address at which the others reach a node, by its id; null if this one does not say. */
  String addressOf(String id) {
    JsonArray nodes = nodes();
    for (int i = 0; nodes != null && i < nodes.size(); i++) {
      if (id.equals(nodes.getJsonObject(i).getString("id"))) {
        return nodes.getJsonObject(i).getString("address");
      }
    }
    return null;
  }

  /** The id of the node that orders a channel; null if this one does not say. */
  String ownerOf(String channel) {
    JsonObject told = json("/channels/" + channel);
    return told == null ? null : told.getString("owner");
  }

  private JsonArray nodes() {
    JsonObject told = json("/nodes");
    return told == null ? null : told.getJsonArray("nodes");
  }

  private JsonObject json(String path) {
    try {
      Http.Answer answer = ask(path);
      return answer.status() == 200 ? new JsonObject(answer.text()) : null;
    } catch (IOException | DecodeException notNow) {
      return null;
    }
  }

  private Http.Answer ask(String path) throws IOException {
    try (Http http = new Http(new InetSocketAddress(address, ADMIN), ASK_MS, () -> false)) {
      return http.get(path, "Connection: close\r\n");
    }
  }
}
