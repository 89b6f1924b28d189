package io.sluice.proxy;

import io.netty.util.AsciiString;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * What upstreams and the log are told of who has made a connection. Made for a connection's first
 * request, and the same for all others.
 *
 * @param address the client's
 * @param proto {@code http} or {@code https}
 * @param node the client as {@code for} of {@code Forwarded}
 * @param lines the header lines that say so
 * @param all the same in one piece
 */
record Caller(String address, String proto, String node, List<Line> lines, AsciiString all) {

  private static final AttributeKey<Caller> KEY = AttributeKey.valueOf(Caller.class, "caller");

  /** A header line with its end. */
  private record Line(String name, AsciiString bytes) {
    static Line of(String name, String value) {
      return new Line(name, AsciiString.of(name + ": " + value + "\r\n"));
    }
  }

  static Caller of(HttpServerRequest request) {
    Attribute<Caller> known = Channels.of(request).channel().attr(KEY);
    Caller caller = known.get();
    if (caller == null) {
      caller =
          of(
              request.remoteAddress().hostAddress(),
              request.isSSL() ? "https" : "http",
              request.localAddress().port());
      known.set(caller);
    }
    return caller;
  }

  private static Caller of(String address, String proto, int port) {
    List<Line> lines =
        List.of(
            Line.of("X-Forwarded-For", address),
            Line.of("X-Forwarded-Proto", proto),
            Line.of("X-Forwarded-Port", Integer.toString(port)));
    StringBuilder all = new StringBuilder();
    lines.forEach(line -> all.append(line.bytes()));
    // RFC 7239 §6: an IPv6 address stands in brackets and quotes.
    String node = address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
    return new Caller(address, proto, node, lines, AsciiString.of(all));
  }

  /** Writes the lines, except those with a removed name. */
  void say(HeadWriter to, List<String> removed) {
    if (removed.isEmpty()) {
      to.raw(all);
      return;
    }
    for (Line line : lines) {
      if (!NameSet.isAmong(removed, line.name())) {
        to.raw(line.bytes());
      }
    }
  }
}
