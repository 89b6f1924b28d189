package io.sluice.transport;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The channels of one connection, in the order in which it asked for them. */
final class Subscriptions {

  private static final Subscription[] NONE = {};

  /** As long as there are channels: nearly always one. */
  private Subscription[] all = NONE;

  /** Adds a channel that is not read yet. */
  void add(Subscription subscription) {
    all = Arrays.copyOf(all, all.length + 1);
    all[all.length - 1] = subscription;
  }

  /** Begins to read a channel that was added. */
  static void open(Subscription subscription, TransportLoop loop, Sink sink) {
    subscription.reader(
        loop.hub().open(loop.loop(), subscription.channel(), subscription.start(), sink));
  }

  /** Begins to read all channels. */
  void open(TransportLoop loop, Sink sink) {
    for (Subscription each : all) {
      open(each, loop, sink);
    }
  }

  /** Stops to read a channel and forgets it. */
  void drop(Subscription subscription) {
    all = Arrays.stream(all).filter(each -> each != subscription).toArray(Subscription[]::new);
    subscription.close();
  }

  /** Stops to read all channels. Names and cursor can still be asked for. */
  void close() {
    forEach(Subscription::close);
  }

  /** The connection takes bytes again. */
  void resume() {
    for (Subscription each : all) {
      each.resume();
    }
  }

  Subscription get(int index) {
    return all[index];
  }

  int size() {
    return all.length;
  }

  void forEach(Consumer<Subscription> consumer) {
    for (Subscription each : all) {
      consumer.accept(each);
    }
  }

  /** The subscription of a channel, or null. */
  @Nullable Subscription find(String channel) {
    for (Subscription each : all) {
      if (each.channel().equals(channel)) {
        return each;
      }
    }
    return null;
  }

  /** The subscription of a reader; there is one for every reader that is open. */
  Subscription of(Reader reader) {
    Subscription found = find(reader.channel());
    if (found == null) {
      throw new IllegalStateException("no subscription of " + reader.channel());
    }
    return found;
  }

  /** Another channel that a cursor could not tell from this one; usually null. */
  @Nullable String alike(String channel) {
    int hash = Channel.hash(channel);
    for (Subscription each : all) {
      if (each.hash() == hash && !each.channel().equals(channel)) {
        return each.channel();
      }
    }
    return null;
  }

  List<String> channels() {
    return Arrays.stream(all).map(Subscription::channel).toList();
  }

  /** Where it begins, for the log; a request has one start for all channels. */
  String begin() {
    return all.length > 0 && all[0].start() instanceof Start.Rewind rewind
        ? "rewind:" + rewind.count()
        : cursor();
  }

  /** The position of every channel now; unusable as a whole if one part is. */
  String cursor() {
    return cursor(null, "");
  }

  /** The same when one of them stands at another part. */
  String cursor(@Nullable Subscription one, String part) {
    StringBuilder cursor = new StringBuilder(all.length * 32);
    for (Subscription each : all) {
      String next = each == one ? part : each.part();
      if (next.equals(Cursor.UNUSABLE)) {
        return Cursor.UNUSABLE;
      }
      if (!next.isEmpty()) {
        cursor.append(cursor.isEmpty() ? "" : ".").append(next);
      }
    }
    return cursor.toString();
  }
}
