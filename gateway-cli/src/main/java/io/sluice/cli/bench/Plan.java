package io.sluice.cli.bench;

import io.sluice.cli.client.Subscription.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a run does.
 *
 * @param subscribe where readers connect
 * @param publish where events go
 * @param shape how much
 * @param pace how fast
 */
public record Plan(Subscribe subscribe, Publish publish, Shape shape, Pace pace) {

  /** Stands in URLs for a channel's name. */
  public static final String CHANNEL = "{channel}";

  /** The shortest event that can be known again. */
  public static final int MIN_EVENT_BYTES = Mark.BYTES;

  /** Publishers at most. */
  public static final int MAX_OUTSTANDING = Mark.LANES;

  /** Stands in a publish body for the event's data. */
  public static final String DATA = "{data}";

  /**
   * Where readers connect.
   *
   * @param url {@code http} or {@code https}, with {@link #CHANNEL} unless there is one channel
   * @param headers sent with each request
   * @param pollEvery between two polls of a reader; polls that wait follow at once
   */
  public record Subscribe(
      Transport transport, String url, Map<String, String> headers, Duration pollEvery) {

    public Subscribe {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * Where events go: one POST each.
   *
   * @param url {@code http} or {@code https}, with {@link #CHANNEL} unless the body has it
   * @param body what is sent, with {@link #DATA} in it
   */
  public record Publish(String url, Map<String, String> headers, String body) {

    public Publish {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * How much.
   *
   * @param channels names; readers are spread over them evenly
   * @param eventBytes of an event's data; {@link #MIN_EVENT_BYTES} or more
   */
  public record Shape(int readers, List<String> channels, int eventBytes) {

    public Shape {
      channels = List.copyOf(channels);
    }

    String channelOf(int reader) {
      return channels.get(reader % channels.size());
    }

    /** Readers of the channel with this index. */
    int readersOf(int channel) {
      return (readers - channel + channels.size() - 1) / channels.size();
    }
  }

  /**
   * How fast.
   *
   * @param perSecond events in a second; 0 if the next one follows when an earlier has arrived
   * @param outstanding without a rate: events at once that have not arrived everywhere; with one:
   *     requests at once that have not been answered
   */
  public record Pace(double perSecond, int outstanding, Duration warmUp, Duration duration) {}

  /** A URL for one channel. */
  static URI url(String template, String channel) {
    return URI.create(template.replace(CHANNEL, channel));
  }
}
