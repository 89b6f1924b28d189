package io.sluice.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * By which names a listener may be called.
 *
 * <p>A page in a browser can make a name of its own mean 127.0.0.1 (DNS rebinding). To the browser
 * page and listener are then of one origin: the page may read every answer, and what it asks by GET
 * carries no {@code Origin}. The name still stands in {@code Host}. An address, or a name that is
 * the machine's own (RFC 6761 §6.3), is no page's.
 */
public enum HostRule {
  /** By any. */
  ANY,
  /** By addresses and {@code localhost} alone. */
  LOOPBACK;

  private static final int SHOWN_CHARACTERS = 100;

  /**
   * Looks at a request.
   *
   * @param host value of the header {@code Host}, or null: no browser leaves it out
   * @return null if the request may go on
   */
  public @Nullable Problem refuses(@Nullable String host) {
    if (this == ANY || host == null || isOurs(name(host))) {
      return null;
    }
    String shown =
        host.length() <= SHOWN_CHARACTERS ? host : host.substring(0, SHOWN_CHARACTERS) + "…";
    return Problem.Kind.FORBIDDEN.with(
        "Host = "
            + shown
            + " (expected an IP address, localhost or a name under .localhost, because this"
            + " listener is bound to loopback and asks for no key, and a page in a browser can"
            + " make a name of its own mean this machine): use e.g. 127.0.0.1 in the URL");
  }

  /** Without the port, and without the dot that ends a full name. */
  private static String name(String host) {
    int colon = host.startsWith("[") ? -1 : host.lastIndexOf(':');
    String name = colon < 0 ? host : host.substring(0, colon);
    return (name.endsWith(".") ? name.substring(0, name.length() - 1) : name)
        .toLowerCase(Locale.ROOT);
  }

  private static boolean isDotsAndDigits(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '.' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOurs(String name) {
    return name.startsWith("[")
        || isDotsAndDigits(name)
        || name.equals("localhost")
        || name.endsWith(".localhost");
  }
}
