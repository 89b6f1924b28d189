package io.sluice.cli.client;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * What to subscribe to.
 *
 * @param route the URL of a push route, {@code http} or {@code https}
 * @param channels asked for with {@code channel=}; may be empty if the route itself names one
 * @param trust whom to trust by {@code https}; the host's name is always checked
 */
public record Target(URI route, List<String> channels, SSLContext trust) {

  public Target {
    channels = List.copyOf(channels);
  }

  /** The URL with the channels, the start and more parameters. */
  URI uri(Start start, Map<String, String> more) {
    StringBuilder query = new StringBuilder();
    for (String channel : channels) {
      add(query, "channel", channel);
    }
    if (start instanceof Start.Since since) {
      add(query, "since", since.cursor());
    } else if (start instanceof Start.Rewind rewind) {
      add(query, "rewind", String.valueOf(rewind.events()));
    }
    more.forEach((name, value) -> add(query, name, value));
    return withQuery(route, query.toString());
  }

  /** The URL for a WebSocket that names its channels later. */
  URI socketUri(Start start) {
    URI uri = new Target(route, List.of(), trust).uri(start, Map.of());
    String text = uri.toString();
    return URI.create("ws" + text.substring("http".length()));
  }

  private static URI withQuery(URI uri, String query) {
    if (query.isEmpty()) {
      return uri;
    }
    String text = uri.toString();
    int fragment = text.indexOf('#');
    String base = fragment < 0 ? text : text.substring(0, fragment);
    return URI.create(base + (uri.getRawQuery() == null ? '?' : '&') + query);
  }

  private static void add(StringBuilder query, String name, String value) {
    if (!query.isEmpty()) {
      query.append('&');
    }
    query.append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }
}
