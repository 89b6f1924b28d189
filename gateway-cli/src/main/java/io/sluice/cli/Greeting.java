package io.sluice.cli;

import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.PathTemplate.Segment;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.Listener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway says when it listens: whether it is ready, where it listens, and lines to paste
 * that subscribe and publish.
 */
final class Greeting {

  /** RFC 6455 §4.1 wants 16 random bytes; nothing depends on them but the answer. */
  private static final String KEY = "c2x1aWNlIGdyZWV0cyE1Ng==";

  private static final String EXAMPLE = "demo";

  /** Set by the launcher to what it chose for the JVM, in words. */
  static final String JVM_PROPERTY = "sluice.jvm";

  private final Config config;
  private final @Nullable String jvm;
  private final Reach clients;
  private final Reach publish;
  private final Reach admin;

  /**
   * @param bound where it really listens
   */
  Greeting(ConfigReader.Result.Accepted accepted, Config.Listen bound) {
    this(accepted, bound, System.getProperty(JVM_PROPERTY));
  }

  /**
   * @param jvm what was chosen for the JVM, or null if nothing is known
   */
  Greeting(ConfigReader.Result.Accepted accepted, Config.Listen bound, @Nullable String jvm) {
    this.jvm = jvm;
    this.config = accepted.config();
    Config.Tls tls = bound.tls();
    this.clients =
        reach(bound.publicAddress(), tls.publicListener(), file(accepted, Listener.PUBLIC));
    this.publish = reach(bound.publish(), tls.publish(), file(accepted, Listener.PUBLISH));
    this.admin = reach(bound.admin(), tls.admin(), file(accepted, Listener.ADMIN));
  }

  private static Reach reach(
      Config.Address address, Config.@Nullable Certificate shown, @Nullable Path file) {
    return shown == null ? Reach.clear(address) : Reach.tls(address, shown, file);
  }

  /** Where a listener's certificate was read from; null if the configuration does not say. */
  private static @Nullable Path file(ConfigReader.Result.Accepted accepted, Listener listener) {
    String key = "tls." + listener.word() + ".certificate";
    for (ConfigReader.Setting setting : accepted.settings()) {
      if (setting.path().equals(key)) {
        return Path.of(setting.origin().source()).resolveSibling(setting.value());
      }
    }
    return null;
  }

  /** The lines of a gateway that is ready. */
  List<String> lines() {
    return lines(List.of());
  }

  /**
   * The lines.
   *
   * @param lacks why it listens but is not ready yet, in the words of {@code /readyz}
   */
  List<String> lines(List<String> lacks) {
    List<String> lines = new ArrayList<>();
    lines.add("Sluice " + VersionCommand.version() + state(lacks));
    lines.add("");
    String sockets = clients.url().startsWith("https:") ? " (WebSockets by wss:)" : "";
    lines.add("  public   %s   clients subscribe here%s".formatted(clients.url(), sockets));
    lines.add("  publish  %s   apps publish here".formatted(publish.url()));
    lines.add("  admin    %s   health, metrics, channels".formatted(admin.url()));
    if (jvm != null) {
      lines.add("  jvm      " + jvm);
    }
    Example example = example();
    if (example == null) {
      lines.add("");
      lines.add(
          "No route names a channel: clients cannot subscribe. Add one with push: to routes.");
      return lines;
    }
    lines.add("");
    lines.add("Subscribe to the channel \"%s\":".formatted(example.channel));
    Set<Transport> offered = example.push.transports();
    for (Transport transport : Transport.values()) {
      if (offered.contains(transport)) {
        lines.add("  %-10s %s".formatted(transport.word(), curl(transport, example)));
      }
    }
    lines.add("");
    lines.add("Publish to it:");
    lines.add(
        "  curl%s -d hello%s '%s/channels/%s/events'"
            .formatted(
                publish.curl(),
                config.publish().keys().isEmpty() ? "" : " -H 'Authorization: Bearer KEY'",
                publish.url(),
                Requests.segment(example.channel)));
    return lines;
  }

  private String state(List<String> lacks) {
    return lacks.isEmpty()
        ? " is ready."
        : " listens, but is not ready yet (%s): %s/readyz says when it is."
            .formatted(String.join(", ", lacks), admin.url());
  }

  private String curl(Transport transport, Example example) {
    String url = clients.url() + example.path;
    String curl = "curl" + clients.curl();
    String mark = url.indexOf('?') < 0 ? "?" : "&";
    return switch (transport) {
      case SSE -> "%s -N -H 'Accept: text/event-stream' '%s%srewind=10'".formatted(curl, url, mark);
      case WEBSOCKET ->
          ("%s -sN --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' "
                  + "-H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: %s' -o - '%s%srewind=10'")
              .formatted(curl, KEY, url, mark);
      // POL-2: a long poll without a start does not wait.
      case LONG_POLL -> "%s -H 'Prefer: wait=25' '%s%srewind=0'".formatted(curl, url, mark);
      case POLL -> "%s '%s%srewind=10'".formatted(curl, url, mark);
    };
  }

  private record Example(Route.Push push, String channel, String path) {}

  /** The first route that can be subscribed to, with "demo" for every variable of its path. */
  private @Nullable Example example() {
    for (Route route : config.routes()) {
      Route.Push push = route.push();
      if (push != null && !route.path().rest()) {
        String path = path(route);
        if (push.channel() != null) {
          return new Example(push, push.channel().replaceAll("\\{[^}]*\\}", EXAMPLE), path);
        }
        if (push.selects(EXAMPLE)) {
          return new Example(push, EXAMPLE, path + "?channel=" + EXAMPLE);
        }
      }
    }
    return null;
  }

  private static String path(Route route) {
    StringBuilder path = new StringBuilder();
    for (Segment segment : route.path().segments()) {
      path.append('/')
          .append(
              segment instanceof Segment.Literal literal
                  ? Requests.segment(literal.text())
                  : EXAMPLE);
    }
    return path.isEmpty() ? "/" : path.toString();
  }
}
