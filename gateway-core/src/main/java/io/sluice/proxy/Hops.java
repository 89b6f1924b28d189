package io.sluice.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which headers are about one connection, not about the message (RFC 9110 §7.6.1). */
final class Hops {

  private static final NameSet ALWAYS =
      NameSet.of(
          "connection",
          "keep-alive",
          // Nobody's header; CGI makes HTTP_PROXY of it, which some programs obey (httpoxy).
          "proxy",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authentication-info",
          "proxy-authorization",
          "te",
          "transfer-encoding",
          "upgrade",
          "http2-settings");

  /** These frame, route or guard the message; naming them in Connection cannot take them away. */
  private static final NameSet KEPT =
      NameSet.of(
          "host", "content-length", "cache-control", "authorization", "cookie", "set-cookie");

  /** What a trailer section must not say: framing, routing, who it is (RFC 9110 §6.5.1). */
  private static final NameSet NEVER_TRAILERS =
      NameSet.of(
          "authorization",
          "cache-control",
          "content-encoding",
          "content-length",
          "content-range",
          "content-type",
          "cookie",
          "expect",
          "forwarded",
          "host",
          "max-forwards",
          "origin",
          "range",
          "set-cookie",
          "trailer",
          "via",
          "www-authenticate");

  private static final Hops FIXED = new Hops(Set.of());
  private static final Hops CLOSING = new Hops(Set.of("close"));

  /** In lower case. Not a {@link NameSet}: whoever sends them may choose names that collide. */
  private final Set<String> named;

  private Hops(Set<String> named) {
    this.named = named;
  }

  /** Of a message with these headers: the fixed ones and those that its Connection lists. */
  static Hops of(HttpHeaders headers) {
    List<String> lines = headers.getAll(HttpHeaderNames.CONNECTION);
    if (lines.isEmpty()) {
      return FIXED;
    }
    String first = lines.get(0);
    if (lines.size() > 1) {
      return of(lines);
    }
    return first.equalsIgnoreCase("keep-alive")
        ? FIXED
        : first.equalsIgnoreCase("close") ? CLOSING : of(lines);
  }

  /** Of a message whose Connection has these lines. */
  static Hops of(List<String> connection) {
    Set<String> names = new HashSet<>();
    for (String option : items(connection)) {
      if (!KEPT.contains(option)) {
        names.add(option);
      }
    }
    return names.isEmpty() ? FIXED : new Hops(names);
  }

  /** Whether a header ends here. */
  boolean end(CharSequence name) {
    return ALWAYS.contains(name)
        || (!named.isEmpty() && named.contains(name.toString().toLowerCase(Locale.ROOT)));
  }

  /** Whether a field of a trailer section may be passed on. */
  static boolean mayTrail(String name) {
    return !ALWAYS.contains(name)
        && !NEVER_TRAILERS.contains(name)
        && !name.toLowerCase(Locale.ROOT).replace('_', '-').startsWith("x-forwarded-");
  }

  /** The items of a list of tokens over all its lines, in lower case, without parameters. */
  static List<String> items(List<String> lines) {
    if (lines.isEmpty()) {
      return List.of();
    }
    List<String> items = new ArrayList<>();
    for (String line : lines) {
      for (String item : line.split(",", -1)) {
        int parameters = item.indexOf(';');
        String token = (parameters < 0 ? item : item.substring(0, parameters)).strip();
        if (!token.isEmpty()) {
          items.add(token.toLowerCase(Locale.ROOT));
        }
      }
    }
    return items;
  }

  /** Whether the sender closes after this message. */
  static boolean closes(HttpHeaders headers) {
    return items(headers.getAll(HttpHeaderNames.CONNECTION)).contains("close");
  }

  /**
   * For how long the sender keeps the connection idle, in milliseconds and with a second to spare:
   * {@code Keep-Alive: timeout=5} is 4 s. Without the header, for ever.
   */
  static long keepAliveMs(HttpHeaders headers) {
    for (String line : headers.getAll("keep-alive")) {
      for (String item : line.split(",", -1)) {
        String[] pair = item.strip().split("=", 2);
        if (pair.length == 2 && pair[0].equalsIgnoreCase("timeout")) {
          return pair[1].matches("[0-9]{1,6}") ? (Long.parseLong(pair[1]) - 1) * 1000 : 0;
        }
      }
    }
    return Long.MAX_VALUE;
  }
}
