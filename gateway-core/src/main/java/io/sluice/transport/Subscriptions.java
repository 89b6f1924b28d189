package io.sluice.transport;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The channels of one connection, in the order in which it asked for them. */
final class Subscriptions {

  /** Nearly always the only one, so that a list of its own would be half of what it takes. */
  private @Nullable Subscription first;

  /** Adds a channel that is not read yet. */
  void add(Subscription subscription) {
    if (first == null) {
      first = subscription;
      return;
    }
    Subscription last = first;
    while (last.next != null) {
      last = last.next;
    }
    last.next = subscription;
  }

  /** Begins to read all channels. */
  void open(TransportLoop loop, Sink sink) {
    forEach(each -> each.open(loop, sink));
  }

  /** Stops to read a channel and forgets it. */
  void drop(Subscription subscription) {
    if (first == subscription) {
      first = subscription.next;
    }
    for (Subscription each = first; each != null; each = each.next) {
      if (each.next == subscription) {
        each.next = subscription.next;
      }
    }
    subscription.close();
  }

  /** Stops to read all channels. Names and cursor can still be asked for. */
  void close() {
    forEach(Subscription::close);
  }

  /** The connection takes bytes again. */
  void resume() {
    for (Subscription each = first; each != null; each = each.next) {
      each.resume();
    }
  }

  /** The first one, which leads to the others; null if there is none. */
  @Nullable Subscription first() {
    return first;
  }

  /** Whether there is more than one. */
  boolean areSeveral() {
    return first != null && first.next != null;
  }

  int size() {
    int count = 0;
    for (Subscription each = first; each != null; each = each.next) {
      count++;
    }
    return count;
  }

  void forEach(Consumer<Subscription> consumer) {
    for (Subscription each = first; each != null; each = each.next) {
      consumer.accept(each);
    }
  }

  /** The subscription of a channel, or null. */
  @Nullable Subscription find(String channel) {
    for (Subscription each = first; each != null; each = each.next) {
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
    for (Subscription each = first; each != null; each = each.next) {
      if (each.hash() == hash && !each.channel().equals(channel)) {
        return each.channel();
      }
    }
    return null;
  }

  List<String> channels() {
    List<String> channels = new ArrayList<>();
    forEach(each -> channels.add(each.channel()));
    return channels;
  }

  /** Where it begins, for the log; a request has one start for all channels. */
  String begin() {
    return first != null && first.start() instanceof Start.Rewind rewind
        ? "rewind:" + rewind.count()
        : cursor();
  }

  /** The position of every channel now; unusable as a whole if one part is. */
  String cursor() {
    return cursor(null, "");
  }

  /** The same when one of them stands at another part. */
  String cursor(@Nullable Subscription one, String part) {
    StringBuilder cursor = new StringBuilder(size() * 32);
    for (Subscription each = first; each != null; each = each.next) {
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
