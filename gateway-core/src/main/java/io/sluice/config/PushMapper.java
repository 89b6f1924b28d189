package io.sluice.config;

import io.sluice.config.Route.History;
import io.sluice.config.Route.Origins;
import io.sluice.config.Route.Poll;
import io.sluice.config.Route.Push;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads how clients subscribe. */
final class PushMapper {

  private PushMapper() {}

  /**
   * A route's {@code push} block.
   *
   * @param base what it overrides
   * @param path the route's path, or null if that is wrong
   * @param written whether the block is there
   */
  static @Nullable Push read(
      Section section, Push base, @Nullable PathTemplate path, boolean written) {
    ChannelTemplate template = section.find("channel", Kind.channelTemplate());
    List<ChannelPattern> select = section.list("select", Kind.channels(), List.of());
    Push push = settings(section, base);
    section.end();
    if (!written) {
      return null;
    }
    String channel = template == null ? null : template.text();
    if (path != null && template != null) {
      refuseForeign(section, template, path);
    } else if (path != null && !section.has("channel")) {
      channel = only(path);
      refuseUnreadable(section, channel, path);
    }
    return new Push(
        channel,
        select,
        push.transports(),
        push.origins(),
        push.heartbeat(),
        push.retryMin(),
        push.retryMax(),
        push.poll(),
        push.history(),
        push.compression());
  }

  /** The keys that {@code defaults} has as well. */
  static Push settings(Section section, Push base) {
    Set<Transport> transports = transports(section, base);
    Origins origins = origins(section, base.origins());
    Duration heartbeat = section.get("heartbeat", Units.duration("1s", "10m"), base.heartbeat());
    Retry retry = retry(section.section("retry"), new Retry(base.retryMin(), base.retryMax()));
    return new Push(
        null,
        List.of(),
        transports,
        origins,
        heartbeat,
        retry.min,
        retry.max,
        poll(section.section("poll"), base.poll()),
        history(section.section("history"), base.history()),
        section.get("compression", Kind.flag(), base.compression()));
  }

  private record Retry(Duration min, Duration max) {}

  /** Wrong ones count for nothing: defaults are wrong once, not in every route that has them. */
  private static Retry retry(Section section, Retry base) {
    Kind<Duration> delay = Units.duration("100ms", "10m");
    Duration min = section.get("min", delay, base.min);
    Duration max = section.get("max", delay, base.max);
    section.end();
    if (section.isMisread()) {
      return base;
    }
    if (min.compareTo(max) > 0) {
      section.refuse(
          section.has("min") ? "min" : "max",
          "min at most max",
          "min is " + Units.show(min) + " and max " + Units.show(max) + ": set both");
      return base;
    }
    return new Retry(min, max);
  }

  private static Set<Transport> transports(Section section, Push base) {
    List<Transport> fallback =
        Arrays.stream(Transport.values()).filter(base.transports()::contains).toList();
    List<Transport> transports = section.list("transports", Kind.transport(), fallback);
    if (section.isEmpty("transports")) {
      section.refuse("transports", "at least one", "name one, or remove the line for all four");
      return base.transports();
    }
    return Set.copyOf(transports);
  }

  private static Origins origins(Section section, Origins base) {
    List<String> fallback =
        base.any() ? List.of("*") : base.exact().isEmpty() ? List.of("same") : base.exact();
    List<String> origins = section.list("origins", Addresses.origin(), fallback);
    boolean word = origins.contains("*") || origins.contains("same");
    boolean none = section.isEmpty("origins");
    if (none || (word && origins.size() > 1)) {
      section.refuse(
          "origins",
          "same, \"*\", or a list of origins",
          none ? "write same for this site only" : "same and \"*\" stand alone");
    }
    return origins.contains("*") ? Origins.ANY : word ? Origins.SAME : new Origins(false, origins);
  }

  private static Poll poll(Section section, Poll base) {
    Poll poll =
        new Poll(
            section.get("max-wait", Units.duration("1s", "5m"), base.maxWait()),
            section.get("linger", Units.duration("0ms", "1s"), base.linger()),
            section.get("limit", Kind.count(1, 1000), base.limit()));
    section.end();
    return poll;
  }

  private static History history(Section section, History base) {
    History history =
        new History(
            section.get("count", Kind.count(0, 1_000_000), base.count()),
            section.get("bytes", Units.size("0B", "1GiB"), base.bytes()),
            section.get("age", Units.duration("1s", "168h"), base.age()));
    section.end();
    return history;
  }

  private static @Nullable String only(PathTemplate path) {
    List<String> variables = path.variables();
    return variables.size() == 1 ? "{" + variables.get(0) + "}" : null;
  }

  private static void refuseForeign(Section section, ChannelTemplate template, PathTemplate path) {
    for (String variable : template.variables()) {
      if (!path.variables().contains(variable)) {
        section.refuse(
            "channel",
            "only variables of the path " + path.text(),
            "{" + variable + "} is not among them: rename it here or there");
        return;
      }
    }
  }

  private static void refuseUnreadable(
      Section section, @Nullable String channel, PathTemplate path) {
    if (channel != null || section.has("select")) {
      return;
    }
    section.refuse(
        "channel",
        "a channel template, or select",
        path.variables().isEmpty()
            ? "nothing could be read here: add channel: NAME or select: [PATTERN]"
            : "the path has several variables: say which name the channel, e.g. channel: \"{"
                + String.join("}-{", path.variables())
                + "}\"");
  }
}
