package io.sluice.server;

import io.sluice.channel.Broker;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A broker that has no memory for the channel {@code full}. */
@NullMarked
record FullBroker(Broker behind) implements Broker {

  private static void check(String channel) {
    if (channel.equals("full")) {
      throw new OutOfMemoryError("Java heap space");
    }
  }

  @Override
  public Future<Published> publish(String channel, Publication publication) {
    check(channel);
    return behind.publish(channel, publication);
  }

  @Override
  public Future<Slice> follow(String channel, Start start, Page page) {
    return behind.follow(channel, start, page);
  }

  @Override
  public Future<Slice> read(String channel, Position after, Page page) {
    return behind.read(channel, after, page);
  }

  @Override
  public void unfollow(String channel) {
    behind.unfollow(channel);
  }

  @Override
  public Future<Position> delete(String channel) {
    return behind.delete(channel);
  }

  @Override
  public Future<@Nullable Info> inspect(String channel) {
    check(channel);
    return behind.inspect(channel);
  }

  @Override
  public Future<List<Info>> list(String afterName, int limit) {
    return behind.list(afterName, limit);
  }

  @Override
  public void listener(Listener listener) {
    behind.listener(listener);
  }

  @Override
  public void retune() {
    behind.retune();
  }
}
