package io.sluice.http;

import io.sluice.config.Transport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The open client connections of one event loop: streams, sockets and held polls. Touched by that
 * loop alone.
 */
public final class Connections {

  private final Map<String, Connection> open = new LinkedHashMap<>();

  /** An open stream, socket or held poll. */
  public interface Connection {
    /** Its id in logs, in the opening block and in the admin API. */
    String id();

    Transport transport();

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
    open.put(connection.id(), connection);
  }

  public void remove(Connection connection) {
    open.remove(connection.id());
  }

  public int size() {
    return open.size();
  }

  /** Those open now, in the order of their opening; may change while the caller closes them. */
  public List<Connection> snapshot() {
    return new ArrayList<>(open.values());
  }

  public void forEach(Consumer<Connection> consumer) {
    snapshot().forEach(consumer);
  }
}
