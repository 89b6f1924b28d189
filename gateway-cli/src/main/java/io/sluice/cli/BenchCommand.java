package io.sluice.cli;

import io.sluice.cli.bench.Load;
import io.sluice.cli.bench.LoadException;
import io.sluice.cli.bench.Plan;
import io.sluice.cli.bench.Report;
import io.sluice.cli.client.Subscription.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice bench}: puts load on a server, and checks and times what it delivers. */
@Command(
    name = "bench",
    description = {
      "Connect many readers to a server, publish events to it, check that every reader gets every "
          + "event once and in order, and say how fast.",
      "",
      "The server may be Sluice or another one, here or elsewhere. {channel} in URLs and in the "
          + "body stands for a channel's name, {data} in the body for the event. Without --rate "
          + "the next event is published when an earlier one has arrived everywhere."
    },
    footer = {
      "",
      "Examples (start a gateway first: sluice serve):",
      "  sluice bench",
      "  sluice bench --transport sse --readers 1000 --outstanding 8",
      "  sluice bench --readers 5000 --channels 100 --rate 200 --duration 60 --pid 4711",
      "  sluice bench --url http://push.test/sub/{channel} --publish http://push.test/pub/{channel}",
      "",
      "Each reader needs an open file here and one at the server: see ulimit -n.",
      "Exit codes: 0 all delivered, 1 something was delivered wrongly or the load could not be put "
          + "on, 2 wrong arguments."
    })
final class BenchCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = {"-t", "--transport"},
      paramLabel = "TRANSPORT",
      defaultValue = "websocket",
      converter = SubscribeCommand.TransportWord.class,
      description = "websocket, sse, long-poll or poll (default: ${DEFAULT-VALUE}).")
  private Transport transport = Transport.WEBSOCKET;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8080/events/{channel}",
      description = "Where readers connect (default: ${DEFAULT-VALUE}).")
  private String url = "";

  @Option(
      names = "--publish",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8081/channels/{channel}/events",
      description = "Where events are posted (default: ${DEFAULT-VALUE}).")
  private String publish = "";

  @Option(
      names = "--body",
      paramLabel = "TEXT",
      defaultValue = Plan.DATA,
      description = "What is posted for an event (default: ${DEFAULT-VALUE}).")
  private String body = Plan.DATA;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "Header of readers' requests, e.g. Sec-WebSocket-Protocol=sluice.v1.json.")
  private Map<String, String> headers = Map.of();

  @Option(
      names = "--publish-header",
      paramLabel = "NAME=VALUE",
      description = "Header of publish requests.")
  private Map<String, String> publishHeaders = Map.of();

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "API key to publish with (default: the variable SLUICE_KEY).")
  private @Nullable String key;

  @Option(
      names = {"-n", "--readers"},
      paramLabel = "N",
      defaultValue = "100",
      description = "Readers (default: ${DEFAULT-VALUE}).")
  private int readers = 100;

  @Option(
      names = {"-c", "--channels"},
      paramLabel = "N",
      defaultValue = "1",
      description = "Channels, over which readers and events are spread (default: 1).")
  private int channels = 1;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "100",
      description = "Bytes of an event (default: ${DEFAULT-VALUE}).")
  private int size = 100;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Events a second (default: as fast as they arrive).")
  private double rate;

  @Option(
      names = "--outstanding",
      paramLabel = "N",
      description =
          "Publishers; without --rate also the events at once that have not arrived everywhere "
              + "(default: 1, with --rate 16).")
  private int outstanding;

  @Option(
      names = {"-d", "--duration"},
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long to measure (default: ${DEFAULT-VALUE}).")
  private int duration = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Before that, not measured but checked (default: ${DEFAULT-VALUE}).")
  private int warmUp = 2;

  @Option(
      names = "--poll-every",
      paramLabel = "MS",
      defaultValue = "1000",
      description = "With --transport poll: between two polls (default: ${DEFAULT-VALUE}).")
  private int pollEveryMs = 1000;

  @Option(
      names = "--pid",
      paramLabel = "PID",
      split = ",",
      description = "Processes of the server, if it runs here: tells what they use.")
  private List<Long> pids = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for readers (default: half of the processors).")
  private int threads;

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  BenchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure {
    Plan plan = plan();
    Thread runner = Thread.currentThread();
    Signals.onStop(runner::interrupt);
    int loops = threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    try {
      Report report = new Load(plan, pids, loops, new BenchProgress(console)).run();
      BenchTable table = new BenchTable(plan, report, loops, !pids.isEmpty());
      console.print(format == Format.JSON ? table.json().encode() : table.text());
      return report.wrong().none() ? Exit.OK : Exit.FAILED;
    } catch (LoadException e) {
      throw new Failure(
          Exit.FAILED,
          "sluice: no load · %s, %s = %s · start the server, or say where it is with --url and "
                  .formatted(url, publish, Console.oneLine(String.valueOf(e.getMessage())))
              + "--publish");
    } catch (InterruptedException e) {
      throw new Failure(Exit.FAILED, "stopped");
    }
  }

  private Plan plan() throws Failure {
    within("--readers", readers, 1, 1_000_000);
    within("--channels", channels, 1, readers);
    within("--size", size, Plan.MIN_EVENT_BYTES, 1 << 20);
    within("--rate", (long) Math.ceil(rate), 0, 1_000_000);
    within("--outstanding", outstanding, 0, Plan.MAX_OUTSTANDING);
    within("--duration", duration, 1, 3600);
    within("--warm-up", warmUp, 0, 600);
    within("--poll-every", pollEveryMs, 1, 3_600_000);
    within("--threads", threads, 0, 256);
    urlOf("--url", url, channels > 1);
    urlOf("--publish", publish, channels > 1 && !body.contains(Plan.CHANNEL));
    if (!body.contains(Plan.DATA)) {
      throw usage("--body", body, "a text with " + Plan.DATA + " in it");
    }
    int inFlight = outstanding > 0 ? outstanding : rate > 0 ? 16 : 1;
    return new Plan(
        new Plan.Subscribe(transport, url, headers, Duration.ofMillis(pollEveryMs)),
        new Plan.Publish(publish, publishHeaders(), body),
        new Plan.Shape(readers, names(), size),
        new Plan.Pace(rate, inFlight, Duration.ofSeconds(warmUp), Duration.ofSeconds(duration)));
  }

  private List<String> names() {
    return channels == 1
        ? List.of("bench")
        : IntStream.rangeClosed(1, channels).mapToObj(i -> "bench-" + i).toList();
  }

  private Map<String, String> publishHeaders() {
    Map<String, String> all = new LinkedHashMap<>();
    String secret = key == null ? console.environment().get("SLUICE_KEY") : key;
    if (secret != null) {
      all.put("Authorization", "Bearer " + secret);
    }
    all.putAll(publishHeaders);
    return all;
  }

  private static void within(String option, long value, long lowest, long highest) throws Failure {
    if (value < lowest || value > highest) {
      throw usage(option, String.valueOf(value), lowest + " to " + highest);
    }
  }

  private static void urlOf(String option, String template, boolean channelNeeded) throws Failure {
    try {
      URI example = URI.create(template.replace(Plan.CHANNEL, "a"));
      boolean usable = "http".equals(example.getScheme()) || "https".equals(example.getScheme());
      if (usable
          && example.getHost() != null
          && (!channelNeeded || template.contains(Plan.CHANNEL))) {
        return;
      }
    } catch (IllegalArgumentException notOne) {
      // Said below, like the others.
    }
    String channel = channelNeeded ? " with " + Plan.CHANNEL + " in it" : "";
    throw usage(option, template, "http://HOST:PORT/PATH or https://…" + channel);
  }

  private static Failure usage(String option, String value, String expected) {
    return new Failure(
        Exit.USAGE,
        "sluice: unusable option · %s = %s (expected %s)".formatted(option, value, expected));
  }
}
