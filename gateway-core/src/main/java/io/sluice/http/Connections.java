package io.sluice.http;

import io.sluice.config.Route;
import io.sluice.config.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The open client connections of one event loop: streams, sockets and held polls. Touched by that
 * loop alone, but for {@link #count}.
 */
public final class Connections {

  /** Without an object for each. */
  private final Set<Connection> open = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<Transport, AtomicInteger> counts = counts();

  /** An open stream, socket or held poll. */
  public interface Connection {
    /** Its id in logs, in the opening block and in the admin API. */
    String id();

    Transport transport();

    /** The push route that it came by; the very record that was configured then. */
    Route.Push route();

    /** The client's address. */
    String remote();

    /** The channels it reads now. */
    Collection<String> channels();

    /** Its cursor now. */
    String cursor();

    /** When it was opened, milliseconds since 1970. */
    long openedMs();

    /** Events written to it. */
    long events();

    /** Ends it with a reason, within its manners; returns at once. */
    void close(CloseReason reason);
  }

  public void add(Connection connection) {
    if (open.add(connection)) {
      count(connection, 1);
    }
  }

  public void remove(Connection connection) {
    if (open.remove(connection)) {
      count(connection, -1);
    }
  }

  /** How many of a transport are open now. Any thread may ask. */
  public int count(Transport transport) {
    AtomicInteger count = counts.get(transport);
    return count == null ? 0 : count.get();
  }

  private void count(Connection connection, int change) {
    AtomicInteger count = counts.get(connection.transport());
    if (count != null) {
      count.addAndGet(change);
    }
  }

  private static Map<Transport, AtomicInteger> counts() {
    Map<Transport, AtomicInteger> counts = new EnumMap<>(Transport.class);
    for (Transport transport : Transport.values()) {
      counts.put(transport, new AtomicInteger());
    }
    return counts;
  }

  public int size() {
    return open.size();
  }

  /** Those open now, in no order; may change while the caller closes them. */
  public List<Connection> snapshot() {
    return new ArrayList<>(open);
  }

  public void forEach(Consumer<Connection> consumer) {
    snapshot().forEach(consumer);
  }
}
