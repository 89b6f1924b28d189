package io.sluice.channel.hub;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Event;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * This node's readers, and the fan-out to them.
 *
 * <p>A batch of the broker goes to the channel's home loop, which knows the loops that have readers
 * of it, and from there to each of those, where it is encoded once per format and written to every
 * reader that stands right before it.
 */
public final class Hub {

  /** About a millisecond of system calls. */
  public static final int FRAMES_PER_TURN = 512;

  /** So many writes are worth the bookkeeping of a round. */
  public static final int ROUND_READERS = 64;

  private final List<LoopHub> hubs;
  private final List<Rounds> rounds;
  private final List<Loop> loops;
  private final Broker broker;
  private final Broker.Page page;
  private final PageBudget pageBudget;

  /**
   * How much the hub holds.
   *
   * @param page what one read of a reader that is behind carries
   * @param catchUpBytes encoded pages that are held for readers behind, by the whole node
   * @param recentBytes encoded recent batches that each loop keeps
   * @param recentMs how long it keeps them
   * @param pagesPerTurn pages that a loop serves before it lets the network have its turn
   * @param framesPerTurn frames of one channel that a loop writes before it turns to the next and
   *     to the network; {@link #FRAMES_PER_TURN} but in tests
   * @param roundReaders readers of a channel from which on its events go to all loops in rounds;
   *     {@link #ROUND_READERS} but in tests
   * @param wallClockMs milliseconds since 1970, the clock of {@link io.sluice.channel.Event#timeMs}
   */
  public record Settings(
      Broker.Page page,
      long catchUpBytes,
      long recentBytes,
      long recentMs,
      int pagesPerTurn,
      int framesPerTurn,
      int roundReaders,
      LongSupplier wallClockMs) {}

  /** A hub over a broker, whose listener it becomes. */
  public Hub(List<Loop> loops, Broker broker, Settings settings, Metrics metrics) {
    this.loops = List.copyOf(loops);
    this.broker = broker;
    this.page = settings.page();
    this.pageBudget = new PageBudget(settings.catchUpBytes());
    List<LoopHub> hubsMade = new ArrayList<>();
    for (Loop loop : loops) {
      Recent recent = new Recent(settings, ByteBufAllocator.DEFAULT, pageBudget, metrics);
      hubsMade.add(new LoopHub(this, loop, recent, settings, metrics));
    }
    hubs = List.copyOf(hubsMade);
    rounds =
        this.loops.stream().map(loop -> new Rounds(loop, hubs, settings.roundReaders())).toList();
    broker.listener(new Arrivals());
    metrics.gauge(
        "sluice_catch_up_bytes",
        "Encoded pages held for readers that are behind",
        () -> (double) pageBudget.used());
    metrics.gauge(
        "sluice_subscriptions",
        "Readers of this node, each in one channel",
        () -> hubs.stream().mapToDouble(LoopHub::readerCount).sum());
    metrics.gauge(
        "sluice_readers_behind",
        "Readers that are not at the head of their channel",
        () -> hubs.stream().mapToDouble(LoopHub::behindCount).sum());
    metrics.gauge(
        "sluice_reader_lag_events",
        "Events that the reader furthest behind has still to take",
        this::lagEvents);
  }

  /** As found within the last second. Any thread may ask. */
  long lagEvents() {
    return hubs.stream().mapToLong(LoopHub::lagEvents).max().orElse(0);
  }

  /**
   * Opens a reader on the calling loop. Its sink hears {@link Sink#onStart} later, never before
   * this returns.
   */
  public Reader open(Loop loop, String channel, Start start, Sink sink) {
    return hubs.get(loop.index()).open(channel, start, sink);
  }

  /** Readers of a channel on this node now. Any thread may ask. */
  public int readers(String channel) {
    int readers = 0;
    for (LoopHub loopHub : hubs) {
      readers += loopHub.readers(channel);
    }
    return readers;
  }

  /**
   * A loop wants a new reader's start; the answer comes back to that loop. The loop has the channel
   * by now, so that what the home loop hears from the broker after this goes there too.
   */
  void follow(LoopHub from, Reader reader, Start start) {
    String channel = reader.channel();
    int deliveries = reader.loopChannel().deliveries();
    loops
        .get(home(channel))
        .run(
            () ->
                from.loop()
                    .receive(
                        broker.follow(channel, start, page),
                        answer -> from.started(reader, answer, deliveries)));
  }

  /**
   * A loop has no reader of a channel any more. Whoever opens one from now on follows behind this,
   * on the same home loop.
   */
  void leave(String channel) {
    int home = home(channel);
    loops
        .get(home)
        .run(
            () -> {
              if (readers(channel) == 0) {
                rounds.get(home).left(channel);
                broker.unfollow(channel);
              }
            });
  }

  Broker broker() {
    return broker;
  }

  PageBudget pageBudget() {
    return pageBudget;
  }

  /** What the broker tells, handed over to the channel's home loop and from there to the others. */
  private final class Arrivals implements Broker.Listener {
    @Override
    public int readers(String channel) {
      return Hub.this.readers(channel);
    }

    @Override
    public void onBatch(Batch batch) {
      int home = home(batch.channel());
      loops.get(home).run(() -> came(rounds.get(home), batch));
    }

    @Override
    public void onUnavailable(String channel, Broker.Unavailable failure) {
      loops
          .get(home(channel))
          .run(
              () -> {
                for (LoopHub loopHub : hubs) {
                  if (loopHub.hasReaders(channel)) {
                    loopHub.sendAway(channel, failure);
                  }
                }
              });
    }

    @Override
    public void onReset(String channel) {
      loops
          .get(home(channel))
          .run(
              () -> {
                for (LoopHub loopHub : hubs) {
                  if (loopHub.hasReaders(channel)) {
                    loopHub.readOn(channel);
                  }
                }
              });
    }
  }

  /**
   * What other nodes append together comes as one batch, of up to a MiB. It goes on in pages: a
   * client that stops reading would hold all of it otherwise, and one over TLS a copy of its own.
   */
  private void came(Rounds of, Batch batch) {
    List<Event> events = batch.events();
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < events.size(); i++) {
      int size = events.get(i).sizeBytes();
      if (i > from && (i - from == page.maxCount() || bytes + size > page.maxBytes())) {
        of.came(part(batch, from, i));
        from = i;
        bytes = 0;
      }
      bytes += size;
    }
    of.came(from == 0 ? batch : part(batch, from, events.size()));
  }

  private static Batch part(Batch batch, int from, int to) {
    Position follows = from == 0 ? batch.follows() : batch.at(from - 1);
    return new Batch(batch.channel(), follows, batch.events().subList(from, to));
  }

  private int home(String channel) {
    return Math.floorMod(Channel.hash(channel), loops.size());
  }
}
