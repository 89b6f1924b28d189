package io.sluice.config;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** What a machine knows of addresses. */
interface Machine {

  /** The one that this process runs on. */
  Machine HERE =
      new Machine() {
        @Override
        public @Nullable InetAddress lookUp(String host) {
          try {
            return InetAddress.getByName(host);
          } catch (UnknownHostException unknown) {
            return null;
          }
        }

        @Override
        public boolean has(InetAddress address) {
          try {
            // All of 127.0.0.0/8 can be bound, though an interface names only one of them.
            return address.isLoopbackAddress()
                || NetworkInterface.getByInetAddress(address) != null;
          } catch (SocketException unknown) {
            return false;
          }
        }
      };

  /** The first address of a name, or an address as it is written; null if nobody knows it. */
  @Nullable InetAddress lookUp(String host);

  /** Whether it is an address of this machine. */
  boolean has(InetAddress address);
}
