package io.sluice.config;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of configuration: what a request matches and what happens to it. At least one of {@code
 * push} and {@code upstream} is there.
 *
 * @param path what the request's path matches
 * @param push how clients subscribe here, or null
 * @param upstream where what is not for us goes, or null
 */
public record Route(PathTemplate path, @Nullable Push push, @Nullable Upstream upstream) {

  /**
   * How clients subscribe.
   *
   * @param channel template of the channel's name with the {@code {x}} of the path, or null for
   *     none
   * @param select what {@code channel=} and {@code subscribe} may name
   * @param transports those offered
   * @param origins whose pages may subscribe
   * @param heartbeat between two heartbeats of a connection
   * @param retryMin shortest {@code retry} of SSE
   * @param retryMax longest {@code retry} of SSE
   * @param poll bounds of polls
   * @param history what the logs of this route's channels keep
   * @param compression whether events are compressed for WebSocket clients that offer it
   */
  public record Push(
      @Nullable String channel,
      List<ChannelPattern> select,
      Set<Transport> transports,
      Origins origins,
      Duration heartbeat,
      Duration retryMin,
      Duration retryMax,
      Poll poll,
      History history,
      boolean compression) {

    public static final Push DEFAULT =
        new Push(
            null,
            List.of(),
            Set.of(Transport.values()),
            Origins.SAME,
            Duration.ofSeconds(25),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Poll.DEFAULT,
            History.DEFAULT,
            false);

    public Push {
      select = List.copyOf(select);
      transports = Set.copyOf(transports);
    }

    /** Whether a name may be asked for by {@code channel=} or {@code subscribe} (SEL-1). */
    public boolean selects(String name) {
      for (ChannelPattern pattern : select) {
        if (pattern.matches(name)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Bounds of polls.
   *
   * @param maxWait of a long poll
   * @param linger after the first event
   * @param limit events in an answer
   */
  public record Poll(Duration maxWait, Duration linger, int limit) {
    public static final Poll DEFAULT = new Poll(Duration.ofSeconds(25), Duration.ofMillis(20), 100);
  }

  /**
   * What a log keeps for new readers.
   *
   * @param count events
   * @param bytes of all events together
   * @param age of each event
   */
  public record History(int count, long bytes, Duration age) {
    public static final History DEFAULT = new History(1000, 1 << 20, Duration.ofMinutes(2));
  }

  /**
   * Whose pages may subscribe (COR-1).
   *
   * @param any {@code "*"}
   * @param exact origins such as {@code https://app.example}; empty and not {@code any} means same
   *     origin
   */
  public record Origins(boolean any, List<String> exact) {
    public static final Origins SAME = new Origins(false, List.of());
    public static final Origins ANY = new Origins(true, List.of());

    public Origins {
      exact = List.copyOf(exact);
    }
  }
}
