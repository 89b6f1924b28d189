package io.sluice.config;

import io.sluice.config.Config.Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kinds of value that name a machine: addresses to bind, upstreams, origins. */
final class Addresses {

  private static final String HOST_NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})";
  private static final String PORT = "(0|[1-9][0-9]{0,4})";
  private static final String IPV6 = "[0-9A-Fa-f:.]{2,45}";
  private static final Pattern BIND =
      Pattern.compile("(?:(" + HOST_NAME + ")|\\[(" + IPV6 + ")\\])?:" + PORT);
  private static final Pattern LOOPBACK =
      Pattern.compile("(?i)localhost|127(?:\\.[0-9]{1,3}){3}|(?:0{0,4}:){2,7}0{0,3}1");

  private Addresses() {}

  /** An address to bind; {@code :8080} is every address of the machine. */
  static Kind<Address> bind() {
    return new Kind<>(
        "address",
        "host:port, [IPv6]:port or :port for all addresses",
        "127.0.0.1:8080",
        Addresses::parseBind,
        Address::toString,
        new Form.Text(BIND.pattern().replace(PORT, Digits.between(0, 65_535))));
  }

  private static Parsed<Address> parseBind(String text) {
    Matcher matcher = BIND.matcher(text);
    if (!matcher.matches()) {
      return text.matches("[0-9]{1,5}") ? Parsed.bad("write \":" + text + "\"") : Parsed.bad();
    }
    int port = Integer.parseInt(matcher.group(3));
    String bracketed = matcher.group(2);
    if (port > 65_535) {
      return Parsed.bad("ports go from 0 to 65535");
    }
    if (bracketed != null && !isIpv6(bracketed)) {
      return Parsed.bad();
    }
    String host = matcher.group(1) != null ? matcher.group(1) : bracketed;
    return Parsed.good(new Address(host == null ? "0.0.0.0" : host, port));
  }

  private static boolean isIpv6(String host) {
    try {
      return host.indexOf(':') >= 0 && new URI("http://[" + host + "]").getHost() != null;
    } catch (URISyntaxException bad) {
      return false;
    }
  }

  /** Whether only this machine reaches it. */
  static boolean isLoopback(Address address) {
    return LOOPBACK.matcher(address.host()).matches();
  }

  /** Whether it takes every address of the machine. */
  static boolean isWildcard(Address address) {
    return address.host().equals("0.0.0.0") || address.host().matches("[0:]+");
  }

  /** An app behind the gateway: {@code http://host[:port]}. */
  static Kind<URI> upstream() {
    return new Kind<>(
        "URL",
        "http://host or http://host:port, without a path",
        "http://127.0.0.1:3000",
        text -> {
          URI uri = serverOnly(text);
          if (uri == null) {
            return Parsed.bad();
          }
          return "http".equalsIgnoreCase(uri.getScheme())
              ? Parsed.good(URI.create("http://" + uri.getRawAuthority()))
              : Parsed.bad("only http is spoken to upstreams: write http:// if it speaks that too");
        },
        URI::toString,
        new Form.Text("[Hh][Tt][Tt][Pp]://[^/?#@ ]+/?"));
  }

  /** {@code *}, {@code same}, or an origin as browsers send it. */
  static Kind<String> origin() {
    Function<String, Parsed<String>> parser =
        text -> {
          if (text.equals("*") || text.equals("same")) {
            return Parsed.good(text);
          }
          URI uri = text.endsWith("/") ? null : serverOnly(text);
          return uri == null ? Parsed.bad() : Parsed.good(asBrowsersSend(uri));
        };
    return new Kind<>(
        "origin",
        "same, \"*\", or scheme://host[:port] without a path",
        "https://app.example",
        parser,
        Function.identity(),
        new Form.Text("same|\\*|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@ ]+"));
  }

  /** Browsers send lower case and leave the scheme's own port out (RFC 6454 §6.2). */
  private static String asBrowsersSend(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    boolean usual =
        uri.getPort() < 0
            || (scheme.equals("https") && uri.getPort() == 443)
            || (scheme.equals("http") && uri.getPort() == 80);
    return scheme + "://" + host + (usual ? "" : ":" + uri.getPort());
  }

  private static @Nullable URI serverOnly(String text) {
    try {
      URI uri = new URI(text);
      boolean plain =
          uri.getScheme() != null
              && uri.getHost() != null
              && uri.getRawUserInfo() == null
              && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null
              && uri.getPort() <= 65_535
              && !uri.getRawAuthority().endsWith(":")
              && uri.getPort() != 0;
      return plain ? uri : null;
    } catch (URISyntaxException bad) {
      return null;
    }
  }
}
