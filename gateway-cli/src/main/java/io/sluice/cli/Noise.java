package io.sluice.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;

/**
 * Leaves out what Hazelcast logs where it says nothing to people: what a line of ours says better,
 * and what belongs to every stop. Everything else of it that is a warning or worse stays.
 */
final class Noise extends Filter<ILoggingEvent> {

  /** Hazelcast's joiner logs by the name of our class that extends it. */
  private static final String JOINER = "io.sluice.cluster.Entrance";

  private static final List<Line> LINES =
      List.of(
          // The start ends with the reason, in a line of ours.
          new Line("com.hazelcast.security", "Node could not join cluster. Before join check"),
          new Line("com.hazelcast.security", "Reason of failure for node join: "),
          new Line("com.hazelcast.instance.impl.Node", "Interrupted while waiting for shutdown!"),
          new Line(JOINER, "Hazelcast instance is not active!"),
          // Strangers says who, and what to do.
          new Line("com.hazelcast.cluster", "Node could not join cluster at node: "),
          new Line(
              "com.hazelcast.internal.cluster.impl.ClusterJoinManager",
              "Received an invalid join request from "),
          // An answer came after its question had ended, as with every node that goes.
          new Line(
              "com.hazelcast.spi.impl.operationservice.impl.InboundResponseHandler",
              "No Invocation found for "));

  /** How a line begins that one logger writes. */
  private record Line(String logger, String start) {
    boolean is(ILoggingEvent event) {
      return event.getLoggerName().equals(logger) && event.getFormattedMessage().startsWith(start);
    }
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    boolean chatter =
        event.getLoggerName().equals(JOINER) && !event.getLevel().isGreaterOrEqual(Level.WARN);
    return chatter || LINES.stream().anyMatch(line -> line.is(event))
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }
}
