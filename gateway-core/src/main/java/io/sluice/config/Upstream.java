package io.sluice.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An app behind the gateway, and how requests get there.
 *
 * @param targets at least one; each has a scheme (http), a host, perhaps a port, and no path
 * @param path what replaces the request's path, or null to pass it on as it is
 * @param host what the app gets as {@code Host}: {@link #KEEP}, {@link #TARGET}, or a name of its
 *     own
 * @param times how long it may take
 * @param pool connections to each target
 * @param health when a target is left out, and for how long
 * @param request what is done to the request's headers
 * @param response what is done to the answer's headers
 */
public record Upstream(
    List<URI> targets,
    @Nullable PathRewrite path,
    String host,
    Times times,
    Pool pool,
    Health health,
    HeaderChanges request,
    HeaderChanges response) {

  /** As {@code host}: the client's own. */
  public static final String KEEP = "keep";

  /** As {@code host}: that of the target. */
  public static final String TARGET = "target";

  public Upstream {
    targets = List.copyOf(targets);
  }

  /** One target, everything else as usual. */
  public static Upstream to(URI target) {
    return new Upstream(
        List.of(target),
        null,
        KEEP,
        Times.DEFAULT,
        Pool.DEFAULT,
        Health.DEFAULT,
        HeaderChanges.NONE,
        HeaderChanges.NONE);
  }

  /**
   * How long an upstream may take.
   *
   * @param connect until a connection is there
   * @param firstByte from the end of the request to the head of the answer
   * @param idle without a byte in either direction while a body or a tunnel is under way
   */
  public record Times(Duration connect, Duration firstByte, Duration idle) {
    public static final Times DEFAULT =
        new Times(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(60));
  }

  /**
   * Connections to each target, of each event loop.
   *
   * @param connections open at once, idle ones included; tunnels have a connection of their own
   * @param waiting requests that wait for one of them; beyond it a request is refused
   * @param keepAlive how long an idle connection is kept; shorter than the upstream keeps it, so
   *     that a request does not race with its close
   */
  public record Pool(int connections, int waiting, Duration keepAlive) {
    public static final Pool DEFAULT = new Pool(256, 1024, Duration.ofSeconds(4));
  }

  /**
   * Passive health: what requests show.
   *
   * @param failures of a target in a row after which it is left out; 0 for never
   * @param leaveOut for how long
   * @param retries of a request on another target, or on a new connection
   */
  public record Health(int failures, Duration leaveOut, int retries) {
    public static final Health DEFAULT = new Health(3, Duration.ofSeconds(10), 1);
  }

  /**
   * What is done to headers on their way, first removing, then adding.
   *
   * @param remove names, in lower case
   * @param add to those that are there
   */
  public record HeaderChanges(List<String> remove, List<Header> add) {
    public static final HeaderChanges NONE = new HeaderChanges(List.of(), List.of());

    public HeaderChanges {
      remove = List.copyOf(remove);
      add = List.copyOf(add);
    }
  }

  /** One header line. */
  public record Header(String name, String value) {
    @Override
    public String toString() {
      return name + ": " + value;
    }
  }
}
