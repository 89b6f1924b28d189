package io.sluice.cli;

import io.sluice.config.Config;
import io.sluice.config.PathTemplate.Segment;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway says when it is ready: where it listens, and lines to paste that subscribe and
 * publish.
 */
final class Greeting {

  /** RFC 6455 §4.1 wants 16 random bytes; nothing depends on them but the answer. */
  private static final String KEY = "c2x1aWNlIGdyZWV0cyE1Ng==";

  private static final String EXAMPLE = "demo";

  private final Config config;
  private final Config.Address clients;
  private final Config.Address publish;
  private final Config.Address admin;

  /**
   * @param bound where it really listens
   */
  Greeting(Config config, Config.Listen bound) {
    this.config = config;
    this.clients = bound.publicAddress();
    this.publish = bound.publish();
    this.admin = bound.admin();
  }

  /** The lines. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("Sluice " + VersionCommand.version() + " is ready.");
    lines.add("");
    lines.add("  public   %s   clients subscribe here".formatted(url(clients)));
    lines.add("  publish  %s   apps publish here".formatted(url(publish)));
    lines.add("  admin    %s   health, metrics, channels".formatted(url(admin)));
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
        "  curl -d hello%s '%s/channels/%s/events'"
            .formatted(
                config.publish().keys().isEmpty() ? "" : " -H 'Authorization: Bearer KEY'",
                url(publish),
                Requests.segment(example.channel)));
    return lines;
  }

  private String curl(Transport transport, Example example) {
    String url = url(clients) + example.path;
    String mark = url.indexOf('?') < 0 ? "?" : "&";
    return switch (transport) {
      case SSE -> "curl -N -H 'Accept: text/event-stream' '%s%srewind=10'".formatted(url, mark);
      case WEBSOCKET ->
          ("curl -sN --http1.1 -H 'Connection: Upgrade' -H 'Upgrade: websocket' "
                  + "-H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: %s' -o - '%s%srewind=10'")
              .formatted(KEY, url, mark);
      // POL-2: a long poll without a start does not wait.
      case LONG_POLL -> "curl -H 'Prefer: wait=25' '%s%srewind=0'".formatted(url, mark);
      case POLL -> "curl '%s%srewind=10'".formatted(url, mark);
    };
  }

  /** The URL of an address, as this machine reaches it. */
  static String url(Config.Address address) {
    String host =
        switch (address.host()) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::", "0:0:0:0:0:0:0:0" -> "::1";
          default -> address.host();
        };
    return "http://" + new Config.Address(host, address.port());
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
