package io.sluice.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A URL of a gateway, as someone types it. */
final class GatewayUrl {

  private static final int MAX_PORT = 65_535;

  /** A host, its port and perhaps a path: all that is missing is the scheme. */
  private static final Pattern NO_SCHEME =
      Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})(/.*)?");

  private GatewayUrl() {}

  /**
   * A listener, below which the command has paths of its own.
   *
   * @param option that gives it
   * @param usual what it mostly is
   * @throws Failure if it is none that can be asked
   */
  static URI listener(String option, String text, String usual) throws Failure {
    URI url = parsed(text);
    if (url == null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw unusable(option, text, "http:// or https://HOST:PORT of the listener", usual);
    }
    return url;
  }

  /** A push route, perhaps with a query; like {@link #listener}. */
  static URI route(String option, String text, String usual) throws Failure {
    URI url = parsed(text);
    if (url == null) {
      throw unusable(option, text, "http:// or https://HOST:PORT/PATH of a push route", usual);
    }
    return url;
  }

  /** Null for what the client cannot ask. */
  private static @Nullable URI parsed(String text) {
    try {
      URI url = new URI(text);
      boolean http = "http".equalsIgnoreCase(url.getScheme());
      return (http || "https".equalsIgnoreCase(url.getScheme()))
              && url.getHost() != null
              && url.getRawUserInfo() == null
              && url.getPort() <= MAX_PORT
          ? url
          : null;
    } catch (URISyntaxException none) {
      return null;
    }
  }

  private static Failure unusable(String option, String text, String expected, String usual) {
    String meant = "http://" + text;
    boolean missing = NO_SCHEME.matcher(text).matches() && parsed(meant) != null;
    return new Failure(
        Exit.USAGE,
        "sluice: unusable URL · %s = %s (expected %s): %s"
            .formatted(
                option,
                Console.oneLine(text),
                expected,
                missing ? "did you mean " + meant + "?" : "give one such as " + usual));
  }
}
