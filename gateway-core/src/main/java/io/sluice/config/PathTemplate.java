package io.sluice.config;

import java.util.List;

/**
 * A route's path: literal segments, {@code {x}} for one segment, and {@code /**} at the end for any
 * rest. {@code /a} is not {@code /a/}.
 *
 * @param text as configured
 * @param segments what stands between the slashes; a last {@code **} is not among them
 * @param rest whether it ends in {@code /**}
 */
public record PathTemplate(String text, List<Segment> segments, boolean rest) {

  public PathTemplate {
    segments = List.copyOf(segments);
  }

  /** One segment. */
  public sealed interface Segment {
    /** Exactly this text, percent-decoded. */
    record Literal(String text) implements Segment {}

    /** Any one segment, known by a name. */
    record Variable(String name) implements Segment {}
  }
}
