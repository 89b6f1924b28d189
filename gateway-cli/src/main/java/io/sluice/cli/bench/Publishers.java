package io.sluice.cli.bench;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Publishes at the plan's pace, on a few connections. Belongs to one event loop. */
final class Publishers {

  /** An event that has not arrived everywhere after this time never will: the next one is due. */
  private static final long GIVE_UP_US = 10_000_000;

  private final Plan plan;
  private final EventLoop loop;
  private final Run run;
  private final List<Lane> lanes = new ArrayList<>();
  private final int[][] numbers;
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final LongAdder events = new LongAdder();
  private final LongAdder expected = new LongAdder();
  private @Nullable Future<?> ticks;
  private long beganUs;
  private long begun;

  Publishers(Plan plan, Sockets sockets, EventLoop loop, LongSupplier clockNs) {
    this.plan = plan;
    this.loop = loop;
    this.run = new Run(clockNs, lane -> loop.execute(this::publishDue));
    this.numbers = new int[plan.shape().channels().size()][plan.pace().outstanding()];
    for (int i = 0; i < plan.pace().outstanding(); i++) {
      lanes.add(new Lane(plan.publish(), sockets, loop, new LaneEvents()));
    }
  }

  Run run() {
    return run;
  }

  /** Events published so far. */
  long events() {
    return events.sum();
  }

  /** Deliveries that they should come to. */
  long expected() {
    return expected.sum();
  }

  /** Fails when publishing is refused; never completes otherwise. */
  CompletableFuture<Void> failure() {
    return failure;
  }

  /** Begins to publish, from any thread. */
  void start() {
    loop.execute(
        () -> {
          beganUs = run.nowUs();
          ticks = loop.scheduleAtFixedRate(this::publishDue, 0, 1, TimeUnit.MILLISECONDS);
        });
  }

  /** Publishes no more, once it completes. */
  CompletableFuture<Void> stop() {
    return CompletableFuture.runAsync(
        () -> {
          if (ticks != null) {
            ticks.cancel(false);
            ticks = null;
          }
        },
        loop);
  }

  private void publishDue() {
    if (ticks == null || failure.isDone()) {
      return;
    }
    double perSecond = plan.pace().perSecond();
    long due = (long) ((run.nowUs() - beganUs) * perSecond / 1e6);
    for (int i = 0; i < lanes.size(); i++) {
      boolean wanted = perSecond > 0 ? begun < due : arrivedOrGivenUp(i);
      if (wanted && lanes.get(i).free()) {
        publish(i);
      }
    }
  }

  private boolean arrivedOrGivenUp(int lane) {
    return run.arrivedEverywhere(lane) || run.nowUs() - run.newestUs(lane) > GIVE_UP_US;
  }

  private void publish(int lane) {
    int channel = (int) (begun++ % numbers.length);
    int readers = plan.shape().readersOf(channel);
    long now = run.nowUs();
    run.onPublish(lane, now, readers);
    if (now >= run.measuredFromUs()) {
      events.increment();
    }
    expected.add(readers);
    int number = ++numbers[channel][lane];
    lanes
        .get(lane)
        .publish(
            plan.shape().channels().get(channel),
            Mark.data(lane, number, now, plan.shape().eventBytes()));
  }

  /** What the lanes tell. */
  private final class LaneEvents implements Lane.Listener {
    @Override
    public void onFree() {
      publishDue();
    }

    @Override
    public void onFailure(String words) {
      failure.completeExceptionally(new LoadException(words));
    }
  }
}
