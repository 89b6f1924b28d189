package io.sluice.cli;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A command line as someone types it, and what comes of it. */
final class Typed {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Map<String, String> environment = new HashMap<>();
  private String in = "";

  Typed input(String text) {
    in = text;
    return this;
  }

  Typed environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Console console() {
    return new Console(
        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        Map.copyOf(environment));
  }

  /** Runs it; returns the exit code. */
  int run(String... args) {
    return Main.run(console(), args);
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}
