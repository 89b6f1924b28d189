package io.sluice.server;

import io.sluice.config.Config;
import io.sluice.http.HostRule;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a gateway listens. */
public enum Listener {
  /** For clients: push routes and upstreams. */
  PUBLIC,
  /** For the apps that publish. */
  PUBLISH,
  /** For people and machines that operate it. */
  ADMIN;

  /** The word in configuration and logs. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What to ask Vert.x for instead of port 0: the loops of a listener share one socket, and Vert.x
   * shares a free port among those that ask for it by the same negative number.
   */
  int sharedFreePort() {
    return switch (this) {
      case PUBLIC -> -1;
      case PUBLISH -> -2;
      case ADMIN -> -3;
    };
  }

  Config.@Nullable Certificate of(Config.Tls tls) {
    return switch (this) {
      case PUBLIC -> tls.publicListener();
      case PUBLISH -> tls.publish();
      case ADMIN -> tls.admin();
    };
  }

  /** By which names it may be called if it asks for no key; a certificate is a proof of one. */
  HostRule names(Config.Listen listen) {
    boolean rebindable = this != PUBLIC && of(listen).isLoopback() && of(listen.tls()) == null;
    return rebindable ? HostRule.LOOPBACK : HostRule.ANY;
  }

  Config.Address of(Config.Listen listen) {
    return switch (this) {
      case PUBLIC -> listen.publicAddress();
      case PUBLISH -> listen.publish();
      case ADMIN -> listen.admin();
    };
  }
}
