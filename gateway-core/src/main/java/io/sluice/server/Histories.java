package io.sluice.server;

import io.sluice.channel.History;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The history of a channel: that of the first route, in the order of the configuration, whose
 * template or {@code select} can name the channel.
 */
final class Histories implements Function<String, History> {

  private record Rule(List<ChannelPattern> patterns, History history) {}

  private final List<Rule> rules;

  private Histories(List<Rule> rules) {
    this.rules = rules;
  }

  static Histories of(List<Route> routes) {
    List<Rule> rules = new ArrayList<>();
    for (Route route : routes) {
      Route.Push push = route.push();
      if (push != null) {
        rules.add(new Rule(patterns(push), history(push.history())));
      }
    }
    return new Histories(List.copyOf(rules));
  }

  @Override
  public History apply(String channel) {
    for (Rule rule : rules) {
      for (ChannelPattern pattern : rule.patterns) {
        if (pattern.matches(channel)) {
          return rule.history;
        }
      }
    }
    return History.DEFAULT;
  }

  private static List<ChannelPattern> patterns(Route.Push push) {
    List<ChannelPattern> patterns = new ArrayList<>(push.select());
    String template = push.channel();
    if (template != null) {
      patterns.add(new ChannelPattern(template.replaceAll("\\{[^}]*}", "*")));
    }
    return patterns;
  }

  private static History history(Route.History configured) {
    return new History(configured.count(), configured.bytes(), configured.age().toMillis());
  }
}
