package io.sluice.server;

import io.sluice.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.EnumMap;
import java.util.Map;

/** What must be right of the listeners' addresses before anything is started. */
final class ListenerCheck {

  private ListenerCheck() {}

  /** Two listeners on one address would share its connections: publishing would be public. */
  static void check(Config.Listen listen) {
    Map<Listener, Config.Address> seen = new EnumMap<>(Listener.class);
    for (Listener listener : Listener.values()) {
      Config.Address address = listener.of(listen);
      for (Map.Entry<Listener, Config.Address> other : seen.entrySet()) {
        if (address.port() != 0 && address.equals(other.getValue())) {
          throw new StartException(
              "cannot listen · listen."
                  + listener.word()
                  + " = "
                  + address
                  + " is also listen."
                  + other.getKey().word()
                  + " (expected an address of its own): set another port",
              null);
        }
      }
      seen.put(listener, address);
    }
  }

  /**
   * Opens each address for a moment: a node that joins its cluster and cannot listen then would be
   * given channels, and move them away again, at each try of its supervisor. Names are looked up,
   * which may block.
   */
  static void areFree(Config.Listen listen) {
    for (Listener listener : Listener.values()) {
      Config.Address address = listener.of(listen);
      try (ServerSocket trial = new ServerSocket()) {
        trial.setReuseAddress(true); // as the listener itself: connections of its former life
        trial.bind(new InetSocketAddress(InetAddress.getByName(address.host()), address.port()));
      } catch (IOException taken) {
        throw ListenFailure.explain(listener, address, taken);
      }
    }
  }
}
