package io.sluice.cli;

import io.sluice.cli.client.Observer;
import io.sluice.cli.client.Start;
import io.sluice.cli.client.Subscription;
import io.sluice.cli.client.Target;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code sluice subscribe}: prints what channels bring. */
@Command(
    name = "subscribe",
    description = {
      "Print the events of channels as they come, each with its cursor.",
      "",
      "A lost connection is made anew and goes on where it was. A line that starts with ! tells "
          + "of events that can no longer be had."
    },
    footer = {
      "",
      "Examples:",
      "  sluice subscribe demo",
      "  sluice subscribe demo --transport websocket --rewind 10",
      "  sluice subscribe demo --since CURSOR --count 5 --format json",
      "  sluice subscribe --url http://127.0.0.1:8080/events/demo",
      "",
      "Exit codes: 0 stopped or read as many as asked for, 1 refused, 2 wrong arguments."
    })
final class SubscribeCommand implements Callable<Integer> {

  private static final String USUAL = "http://127.0.0.1:8080/events";

  private final Console console;

  @Parameters(
      paramLabel = "CHANNEL",
      arity = "0..*",
      description = "Channels to read; none if the URL's route names one.")
  private List<String> channels = List.of();

  @Option(
      names = {"-t", "--transport"},
      paramLabel = "TRANSPORT",
      defaultValue = "websocket",
      converter = TransportWord.class,
      description = "websocket, sse, long-poll or poll (default: ${DEFAULT-VALUE}).")
  private Subscription.Transport transport = Subscription.Transport.WEBSOCKET;

  @ArgGroup(exclusive = true)
  private Where where = new Where();

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after N events.")
  private @Nullable Integer count;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = USUAL,
      description = "The push route (default: ${DEFAULT-VALUE}).")
  private String url = USUAL;

  @Mixin private TrustOption trust = new TrustOption();

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  SubscribeCommand(Console console) {
    this.console = console;
  }

  /** A transport by its word. */
  static final class TransportWord implements ITypeConverter<Subscription.Transport> {
    @Override
    public Subscription.Transport convert(String word) {
      for (Subscription.Transport transport : Subscription.Transport.values()) {
        if (transport.toString().equals(word)) {
          return transport;
        }
      }
      throw new TypeConversionException(
          "'%s' is none (expected websocket, sse, long-poll or poll)".formatted(word));
    }
  }

  /** Where reading starts, if not with the next event. */
  static final class Where {
    @Option(
        names = "--since",
        paramLabel = "CURSOR",
        required = true,
        description = "Start after the event with this cursor.")
    private @Nullable String since;

    @Option(
        names = "--rewind",
        paramLabel = "N",
        required = true,
        description = "Start before the last N events.")
    private @Nullable Integer rewind;

    Start start() {
      if (since != null) {
        return new Start.Since(since);
      }
      return rewind == null ? new Start.Head() : new Start.Rewind(rewind);
    }
  }

  @Override
  public Integer call() throws Failure {
    Subscription subscription =
        new Subscription(
            new Target(GatewayUrl.route("--url", url, USUAL), channels, trust.context()),
            transport,
            where.start(),
            new Printer(),
            count != null);
    Thread reader = Thread.currentThread();
    Signals.onStop(reader::interrupt);
    try {
      Subscription.Result result = subscription.read();
      if (result.refusal() != null) {
        throw new Failure(
            Exit.FAILED,
            "sluice: refused · %s = %s".formatted(url, Console.oneLine(result.refusal())));
      }
    } catch (InterruptedException e) {
      console.note("stopped");
    }
    if (!subscription.cursor().isEmpty()) {
      console.note("go on with: --since " + subscription.cursor());
    }
    return Exit.OK;
  }

  /** Prints an entry a line. */
  private final class Printer implements Observer {
    private int events;

    @Override
    public boolean onEntry(JsonObject entry) {
      console.print(format == Format.JSON ? entry.encode() : words(entry));
      if (!entry.containsKey("gap")) {
        events++;
      }
      return count == null || events < count;
    }

    @Override
    public void onOpen(String cursor) {
      console.note("reading by " + transport + (cursor.isEmpty() ? "" : " from " + cursor));
    }

    @Override
    public void onTrouble(String reason, Duration pause) {
      console.note(
          "%s; next try in %.1f s".formatted(Console.oneLine(reason), pause.toMillis() / 1000.0));
    }
  }

  /** Cursor, channel, name and data of an event; or what a gap means. */
  static String words(JsonObject entry) {
    String channel = Console.oneLine(entry.getString("channel", ""));
    String cursor = entry.getString("cursor", "");
    if (entry.containsKey("gap")) {
      return "! gap in %s (%s): some events are missing; going on from %s"
          .formatted(channel, entry.getString("gap"), cursor);
    }
    Object data = entry.getValue("data");
    String text;
    if (entry.containsKey("data64")) {
      text = "base64:" + entry.getString("data64");
    } else {
      text = data instanceof String string ? string : io.vertx.core.json.Json.encode(data);
    }
    return "%s  %s  %s  %s"
        .formatted(
            cursor, channel, Console.oneLine(entry.getString("name", "-")), Console.oneLine(text));
  }
}
