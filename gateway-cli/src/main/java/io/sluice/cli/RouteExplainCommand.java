package io.sluice.cli;

import io.sluice.config.Config;
import io.sluice.config.Transport;
import io.sluice.server.Explanation;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice route explain}: what would this request hit, and why? */
@Command(
    name = "explain",
    description = {
      "Say what would become of a request, and why, without sending it.",
      "",
      "It shows which routes match in which order, which one takes the request, and what the client "
          + "gets: a transport and its channels, the answer of an app, or a refusal. The code that "
          + "filters and serves requests decides, so the answer is what a gateway with this "
          + "configuration does."
    },
    footer = {
      "",
      "Examples:",
      "  sluice route explain GET /events/demo",
      "  sluice route explain GET '/events/demo?since=1a2b' --as sse --config conf/edge.yaml",
      "  sluice route explain GET https://app.example/chat/1 --as websocket -H 'Origin: https://x.example'",
      "",
      "Exit codes: 0 a route takes it, 1 it would be refused, 2 wrong arguments or configuration."
    })
final class RouteExplainCommand implements Callable<Integer> {

  /** What one word of a command line can be of a request line; the gateway judges the rest. */
  private static final Pattern METHOD = Pattern.compile("[^\\s\\p{Cntrl}]+");

  private static final Pattern URL =
      Pattern.compile("(?:[A-Za-z]+://(?<host>[^/?\\s\\p{Cntrl}]*)|/)[^\\s\\p{Cntrl}]*");
  private static final Pattern HEADER = Pattern.compile("([^:\\s]+): *(.*)");

  private final Console console;

  @Mixin private ConfigOption config = new ConfigOption();

  @Parameters(index = "0", paramLabel = "METHOD", description = "GET, POST, …")
  private String method = "GET";

  @Parameters(
      index = "1",
      paramLabel = "URL",
      description = "A path with its query, or a whole URL, as it would be sent.")
  private String url = "/";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A header of the request; may be given several times.")
  private List<String> headers = List.of();

  @Option(
      names = "--as",
      paramLabel = "TRANSPORT",
      description = "Also the headers by which clients ask for websocket, sse or long-poll.")
  private @Nullable String as;

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  RouteExplainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure {
    Config read = config.accepted(console.environment()).config();
    Explanation explanation = Explanation.of(read, head(read).getBytes(StandardCharsets.UTF_8));
    ExplainedRoute explained = new ExplainedRoute(method, url, explanation);
    if (format == Format.JSON) {
      console.print(explained.json().encode());
    } else {
      explained.lines().forEach(line -> console.print(Console.oneLine(line)));
    }
    return explained.isRefused() ? Exit.FAILED : Exit.OK;
  }

  /** As a client would send it. */
  private String head(Config read) throws Failure {
    Matcher target = URL.matcher(url);
    if (!target.matches()) {
      throw wrong("URL", url, "a path such as /events/demo, or a whole URL");
    }
    if (!METHOD.matcher(method).matches()) {
      throw wrong("METHOD", method, "GET, POST, …");
    }
    MultiMap all = MultiMap.caseInsensitiveMultiMap();
    addTransport(all);
    for (String header : headers) {
      Matcher parts = HEADER.matcher(header);
      if (!parts.matches()) {
        throw wrong("--header", header, "NAME: VALUE");
      }
      all.add(parts.group(1), parts.group(2).strip());
    }
    if (!all.contains("Host")) {
      String host = target.group("host");
      all.add("Host", host != null ? host : "localhost:" + read.listen().publicAddress().port());
    }
    StringBuilder head = new StringBuilder(method + " " + url + " HTTP/1.1\r\n");
    all.forEach(header -> head.append(header.getKey() + ": " + header.getValue() + "\r\n"));
    return head.append("\r\n").toString();
  }

  private void addTransport(MultiMap all) throws Failure {
    if (as == null || as.equals(Transport.POLL.word())) {
      return;
    }
    if (as.equals(Transport.WEBSOCKET.word())) {
      all.add("Upgrade", "websocket")
          .add("Connection", "Upgrade")
          .add("Sec-WebSocket-Version", "13")
          .add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    } else if (as.equals(Transport.SSE.word())) {
      all.add("Accept", "text/event-stream");
    } else if (as.equals(Transport.LONG_POLL.word())) {
      all.add("Prefer", "wait=25");
    } else {
      throw wrong("--as", as, "websocket, sse, long-poll or poll");
    }
  }

  private static Failure wrong(String what, String value, String expected) {
    return new Failure(
        Exit.USAGE,
        "sluice: cannot explain · %s = %s (expected %s)"
            .formatted(what, Console.oneLine(value), expected));
  }
}
