package io.sluice.publish;

import io.sluice.channel.Event;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing to publish, valid and allowed.
 *
 * @param channels where to; one or more
 * @param several whether they came as a list, so that the result is one too
 * @param name of the event, or null
 * @param type of the data, or null
 * @param kind of the data
 * @param data the bytes
 * @param id given by the client, or null
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared, not compared
record Item(
    List<String> channels,
    boolean several,
    @Nullable String name,
    @Nullable String type,
    Event.Kind kind,
    byte[] data,
    @Nullable String id) {

  Item {
    channels = List.copyOf(channels);
  }
}
