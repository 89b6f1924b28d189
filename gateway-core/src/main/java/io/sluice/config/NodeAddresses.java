package io.sluice.config;

import io.sluice.config.Config.Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Addresses of the nodes of a cluster, for each other. */
final class NodeAddresses {

  private static final String NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})";
  private static final String IPV6 = "\\[([0-9A-Fa-f:.]{2,45})\\]";
  private static final Pattern NODE =
      Pattern.compile("(?:(" + NAME + ")|" + IPV6 + ")(?::([1-9][0-9]{0,4}))?");
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);

  private NodeAddresses() {}

  /** A node, at the usual port unless it names another. */
  static Kind<Address> node() {
    return new Kind<>(
        "node",
        "host or host:port, [IPv6] or [IPv6]:port; port 5701 if none is given",
        "10.0.0.1:5701",
        NodeAddresses::parse,
        Address::toString,
        new Form.Text(NODE.pattern().replace("[1-9][0-9]{0,4}", Digits.between(1, 65_535))));
  }

  /** A name of which every address is a node. */
  static Kind<String> dns() {
    return Kind.word("name", "a host name", "sluice-headless.default.svc", Pattern.compile(NAME));
  }

  private static Parsed<Address> parse(String text) {
    Matcher matcher = NODE.matcher(text);
    if (!matcher.matches()) {
      return advice(text);
    }
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    int port = matcher.group(3) == null ? Config.Cluster.PORT : Integer.parseInt(matcher.group(3));
    if (port > 65_535) {
      return Parsed.bad("ports go from 1 to 65535");
    }
    InetAddress literal = literal(host);
    if (literal == null && (matcher.group(2) != null || host.matches("[0-9.]+"))) {
      return Parsed.bad();
    }
    return literal != null && literal.isAnyLocalAddress() ? wildcard() : good(host, port);
  }

  private static Parsed<Address> good(String host, int port) {
    return Parsed.good(new Address(host, port));
  }

  private static Parsed<Address> wildcard() {
    return Parsed.bad("name one address: it is the one that the other nodes connect to");
  }

  private static Parsed<Address> advice(String text) {
    if (text.matches(":[0-9]+")) {
      return wildcard();
    }
    return text.indexOf(':') >= 0 && literal(text) != null
        ? Parsed.bad("write \"[" + text + "]\"")
        : Parsed.bad();
  }

  /** An address that is written as one; null for a name. */
  static @Nullable InetAddress literal(String host) {
    boolean written = IPV4.matcher(host).matches() || host.indexOf(':') >= 0;
    try {
      // No look-up: what has a colon is an address or nothing.
      return written ? InetAddress.getByName(host) : null;
    } catch (UnknownHostException none) {
      return null;
    }
  }

  /** Whether the whole internet may reach it. */
  static boolean isPublic(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isSiteLocalAddress()
        && !address.isLinkLocalAddress()
        && !isUniqueLocal(address)
        && !isCarriers(address);
  }

  /** RFC 4193: fc00::/7. */
  private static boolean isUniqueLocal(InetAddress address) {
    return address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
  }

  /** RFC 6598: 100.64.0.0/10. */
  private static boolean isCarriers(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
  }
}
