package io.sluice.server;

import io.sluice.config.Config;
import java.net.UnknownHostException;
import java.util.Locale;

/** Says to people why a listener could not be opened. */
final class ListenFailure {

  private ListenFailure() {}

  static StartException explain(Listener listener, Config.Address address, Throwable cause) {
    return new StartException(
        "cannot listen · listen." + listener.word() + " = " + address + ": " + why(cause), cause);
  }

  private static String why(Throwable cause) {
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("in use")) {
      return "the address is in use (expected a free one): stop what listens there or set another"
          + " port";
    }
    if (message.contains("permission denied")) {
      return "permission denied (ports below 1024 need a privilege): set a port from 1024 on or"
          + " grant CAP_NET_BIND_SERVICE";
    }
    if (message.contains("cannot assign")) {
      return "no network interface has this address: set one of this machine, or 0.0.0.0 for all";
    }
    if (cause instanceof UnknownHostException || message.contains("resolve")) {
      return "the host name is not known: set an address, or a name that resolves";
    }
    return cause.getMessage() + " (" + cause.getClass().getSimpleName() + ")";
  }
}
