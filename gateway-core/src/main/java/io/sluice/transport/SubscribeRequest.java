package io.sluice.transport;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks a push route for, checked: {@code docs/protocol.md} §3 to §5.
 *
 * @param transport the chosen one, which the route offers
 * @param channels to read, each once, with where to begin
 * @param hasStart whether the request says where to begin (STA-1)
 * @param json whether {@code format=json} was asked for
 * @param beatEvents whether heartbeats are events that page code sees (SSE-8)
 * @param limit events in the answer of a poll
 * @param waitSeconds how long a long poll asked to wait; 0 for a poll
 */
record SubscribeRequest(
    Transport transport,
    List<Asked> channels,
    boolean hasStart,
    boolean json,
    boolean beatEvents,
    int limit,
    long waitSeconds) {

  /** The most channels of a request by SSE or polls (SEL-3). */
  static final int MAX_CHANNELS = 16;

  /** The most channels of a WebSocket (SEL-3). */
  static final int MAX_WEBSOCKET_CHANNELS = 128;

  SubscribeRequest {
    channels = List.copyOf(channels);
  }

  /** The largest number that is read: 18 digits, so that none of them overflows. */
  static final long MAX_NUMBER = 999_999_999_999_999_999L;

  /** A channel and where to begin in it. */
  record Asked(String channel, Start start) {}

  /** What was read from a request: one of the two. */
  record Outcome(@Nullable SubscribeRequest request, @Nullable Problem problem) {}

  /**
   * The parts of a request that matter here.
   *
   * @param transport as negotiated
   * @param lastEventId the header, or null
   * @param parameters of the query, decoded
   * @param preferredWait of the header {@code Prefer}, or -1
   * @param subprotocol whether it is a WebSocket that speaks {@code sluice.v1.json}
   */
  record Input(
      Transport transport,
      @Nullable String lastEventId,
      Map<String, List<String>> parameters,
      long preferredWait,
      boolean subprotocol) {

    @Nullable String single(String name) throws Refused {
      List<String> values = parameters.get(name);
      if (values == null) {
        return null;
      }
      if (values.size() > 1) {
        throw new Refused(
            Problem.Kind.BAD_REQUEST.with(
                "parameter " + name + " is given " + values.size() + " times (expected once)"));
      }
      return values.get(0);
    }
  }

  /** Carries a refusal out of the checks; never leaves this class. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    Refused(Problem problem) {
      super(problem.detail(), null, false, false);
      this.problem = problem;
    }
  }

  /**
   * Reads a request.
   *
   * @param routeChannel the channel that the route's template gives, or null
   */
  static Outcome read(Input input, Route.Push route, @Nullable String routeChannel) {
    try {
      return new Outcome(checked(input, route, routeChannel), null);
    } catch (Refused refused) {
      return new Outcome(null, refused.problem);
    }
  }

  private static SubscribeRequest checked(
      Input input, Route.Push route, @Nullable String routeChannel) throws Refused {
    Set<String> names = names(input, route, routeChannel);
    boolean json = format(input);
    boolean stream = input.transport == Transport.SSE || input.transport == Transport.WEBSOCKET;
    if (names.isEmpty() && !input.subprotocol) {
      throw new Refused(
          Problem.Kind.NO_CHANNEL.with(
              "the request names no channel: add channel=NAME, or use a route whose path has one"));
    }
    if (stream && !input.subprotocol && names.size() > 1 && !json) {
      throw new Refused(
          Problem.Kind.FORMAT_REQUIRED.with(
              names.size() + " channels on one stream: add format=json to tell them apart"));
    }
    StartRule start = StartRule.of(input);
    List<Asked> channels = new ArrayList<>();
    for (String name : names) {
      channels.add(new Asked(name, start.of(name)));
    }
    return new SubscribeRequest(
        input.transport,
        channels,
        start.given(),
        json,
        beatEvents(input),
        limit(input, route),
        input.transport == Transport.LONG_POLL ? wait(input) : 0);
  }

  private static Set<String> names(Input input, Route.Push route, @Nullable String routeChannel)
      throws Refused {
    Set<String> names = new LinkedHashSet<>();
    if (routeChannel != null) {
      names.add(valid(routeChannel));
    }
    for (String name : input.parameters.getOrDefault("channel", List.of())) {
      if (!name.equals(routeChannel) && !route.selects(valid(name))) {
        throw new Refused(
            Problem.Kind.FORBIDDEN.with(
                "channel " + name + " may not be asked for here (see the route's select)"));
      }
      names.add(name);
    }
    int max = input.transport == Transport.WEBSOCKET ? MAX_WEBSOCKET_CHANNELS : MAX_CHANNELS;
    if (names.size() > max) {
      throw new Refused(
          Problem.Kind.TOO_MANY_CHANNELS.with(
              names.size() + " channels (expected at most " + max + ")"));
    }
    refuseAlike(names);
    return names;
  }

  /** SEL-6: a cursor could not tell two channels apart whose hashes are the same. */
  private static void refuseAlike(Set<String> names) throws Refused {
    if (names.size() < 2) {
      return;
    }
    Map<Integer, String> byHash = new HashMap<>();
    for (String name : names) {
      String other = byHash.put(Channel.hash(name), name);
      if (other != null) {
        throw new Refused(Problem.Kind.BAD_REQUEST.with(alike(other, name)));
      }
    }
  }

  static String alike(String one, String other) {
    return "channels "
        + one
        + " and "
        + other
        + " look alike in a cursor: read them on two connections";
  }

  private static String valid(String name) throws Refused {
    String problem = Channel.problem(name);
    if (problem != null) {
      throw new Refused(Problem.Kind.BAD_CHANNEL.with(problem));
    }
    return name;
  }

  private static boolean format(Input input) throws Refused {
    return oneOf(input, "format", "json");
  }

  private static boolean beatEvents(Input input) throws Refused {
    return oneOf(input, "heartbeat", "event");
  }

  private static boolean oneOf(Input input, String name, String only) throws Refused {
    String value = input.single(name);
    if (value != null && !value.equals(only)) {
      throw new Refused(
          Problem.Kind.BAD_REQUEST.with(
              "parameter " + name + " = " + value + " (expected " + only + ")"));
    }
    return value != null;
  }

  private static int limit(Input input, Route.Push route) throws Refused {
    int most = route.poll().limit();
    String text = input.single("limit");
    return text == null ? most : (int) number("limit", text, 1, most);
  }

  private static long wait(Input input) throws Refused {
    String text = input.single("wait");
    return text == null ? input.preferredWait : number("wait", text, 0, MAX_NUMBER);
  }

  private static long number(String name, String text, long min, long max) throws Refused {
    if (text.matches("[0-9]{1,18}")) {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    }
    throw new Refused(
        Problem.Kind.BAD_REQUEST.with(
            "parameter "
                + name
                + " = "
                + text
                + " (expected a whole number from "
                + min
                + " to "
                + max
                + ")"));
  }

  /**
   * Where each channel begins (STA-1).
   *
   * @param given whether the request says so
   * @param cursor that it has, or null
   * @param otherwise for a channel that the cursor does not name, or without one
   */
  private record StartRule(boolean given, @Nullable Cursor cursor, Start otherwise) {

    static StartRule of(Input input) throws Refused {
      String lastEventId = input.lastEventId;
      if (lastEventId != null && !lastEventId.isEmpty()) {
        return cursor(lastEventId);
      }
      String since = input.single("since");
      if (since != null) {
        StartRule rule = cursor(since);
        boolean given = rule.cursor != null || since.equals(Cursor.UNUSABLE); // CUR-6
        if (!given && input.transport != Transport.SSE) {
          throw new Refused(
              Problem.Kind.BAD_CURSOR.with("parameter since is no cursor: use one that was given"));
        }
        return rule;
      }
      String rewind = input.single("rewind");
      return rewind == null
          ? new StartRule(false, null, Start.HEAD)
          : new StartRule(true, null, new Start.Rewind(number("rewind", rewind, 0, MAX_NUMBER)));
    }

    private static StartRule cursor(String text) {
      Cursor cursor = Cursor.parse(text);
      return cursor == null
          ? new StartRule(true, null, new Start.Unusable())
          : new StartRule(true, cursor, Start.HEAD);
    }

    Start of(String channel) {
      Position position = cursor == null ? null : cursor.position(Channel.hash(channel));
      return position == null ? otherwise : new Start.After(position);
    }
  }
}
