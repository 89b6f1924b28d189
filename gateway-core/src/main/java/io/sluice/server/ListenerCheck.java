package io.sluice.server;

import io.sluice.config.Config;
import java.util.EnumMap;
import java.util.Map;

/** Two listeners on one address would share its connections: publishing would be public. */
final class ListenerCheck {

  private ListenerCheck() {}

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
}
