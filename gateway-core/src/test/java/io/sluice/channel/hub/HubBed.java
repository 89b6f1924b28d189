package io.sluice.channel.hub;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.FakeLoops;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A hub over a local broker on two loops that the test runs by hand. */
@NullMarked
final class HubBed {

  static final String ROOM = "room";

  final FakeLoops loops = new FakeLoops(2);
  final Metrics metrics = new Metrics();
  final LocalBroker local;
  final SlowBroker broker;
  final Hub hub;

  /** The loop that owns {@link #ROOM}'s log, and the other one. */
  final int home = Math.floorMod(io.sluice.channel.Channel.hash(ROOM), 2);

  final int away = 1 - home;
  private int published;

  /** By how much the hub's wall clock is ahead of the broker's. */
  long hubAheadMs;

  HubBed() {
    this(History.DEFAULT, HubSettings.of(new Broker.Page(4, 1 << 20), 1 << 20, 1 << 20, 2));
  }

  HubBed(History history, Hub.Settings settings) {
    SplittableRandom seeds = new SplittableRandom(7);
    local =
        new LocalBroker(
            loops.all(),
            new LocalBroker.Settings(
                channel -> history,
                new Floor(256 << 10, 2_000),
                1 << 26,
                1 << 24,
                86_400_000,
                300_000,
                1_000,
                loops::nowMs),
            seeds::split,
            metrics);
    broker = new SlowBroker(local);
    hub =
        new Hub(
            loops.all(),
            broker,
            new Hub.Settings(
                settings.page(),
                settings.catchUpBytes(),
                settings.recentBytes(),
                settings.recentMs(),
                settings.pagesPerTurn(),
                settings.framesPerTurn(),
                settings.roundReaders(),
                () -> loops.nowMs() + hubAheadMs),
            metrics);
    loops.settle();
  }

  /** Publishes from the log's own loop: appended and on its way to the readers at once. */
  String publish() {
    String data = "e" + published++;
    loops.on(
        home,
        () ->
            local.publish(
                ROOM,
                new Broker.Publication(
                    new Broker.PublishId("", false),
                    null,
                    null,
                    Event.Kind.TEXT,
                    data.getBytes(StandardCharsets.UTF_8))));
    return data;
  }

  void publish(int count) {
    for (int i = 0; i < count; i++) {
      publish();
    }
  }

  Reader open(int loop, RecordingSink sink, Start start) {
    Reader[] opened = new Reader[1];
    loops.on(loop, () -> opened[0] = hub.open(loops.loop(loop), ROOM, start, sink));
    return opened[0];
  }

  RecordingSink opened(int loop) {
    RecordingSink sink = new RecordingSink();
    open(loop, sink, new Start.Head());
    loops.settle();
    return sink;
  }

  /** Passes everything on, but a test may hold answers to read back. */
  static final class SlowBroker implements Broker {
    private final Broker real;
    final java.util.ArrayDeque<Runnable> held = new java.util.ArrayDeque<>();
    boolean holdReads;
    boolean holdFollows;
    int reads;
    private @Nullable Listener listener;
    private @Nullable List<Batch> gathered;

    SlowBroker(Broker real) {
      this.real = real;
    }

    void releaseOne() {
      held.remove().run();
    }

    /** What arrives from now on waits. */
    void gather() {
      gathered = new ArrayList<>();
    }

    /** What has waited arrives as one batch. */
    void releaseTogether() {
      List<Batch> all = Objects.requireNonNull(gathered);
      List<Event> events = all.stream().flatMap(batch -> batch.events().stream()).toList();
      gathered = null;
      told().onBatch(new Batch(all.get(0).channel(), all.get(0).follows(), events));
    }

    private Listener told() {
      return Objects.requireNonNull(listener);
    }

    private <T> Future<T> hold(boolean hold, Future<T> answer) {
      if (!hold) {
        return answer;
      }
      io.vertx.core.Promise<T> later = io.vertx.core.Promise.promise();
      held.add(() -> answer.onComplete(later));
      return later.future();
    }

    @Override
    public Future<Published> publish(String channel, Publication publication) {
      return real.publish(channel, publication);
    }

    @Override
    public Future<Slice> follow(String channel, Start start, Page page) {
      return hold(holdFollows, real.follow(channel, start, page));
    }

    @Override
    public Future<Slice> read(String channel, Position after, Page page) {
      reads++;
      return hold(holdReads, real.read(channel, after, page));
    }

    @Override
    public void retune() {
      real.retune();
    }

    @Override
    public void unfollow(String channel) {
      real.unfollow(channel);
    }

    @Override
    public Future<Position> delete(String channel) {
      return real.delete(channel);
    }

    @Override
    public Future<@Nullable Info> inspect(String channel) {
      return real.inspect(channel);
    }

    @Override
    public Future<List<Info>> list(String afterName, int limit) {
      return real.list(afterName, limit);
    }

    @Override
    public void listener(Listener receiver) {
      listener = receiver;
      real.listener(
          new Listener() {
            @Override
            public void onBatch(Batch batch) {
              if (gathered == null) {
                receiver.onBatch(batch);
              } else {
                gathered.add(batch);
              }
            }

            @Override
            public void onUnavailable(String channel, Unavailable failure) {
              receiver.onUnavailable(channel, failure);
            }

            @Override
            public void onReset(String channel) {
              receiver.onReset(channel);
            }

            @Override
            public int readers(String channel) {
              return receiver.readers(channel);
            }
          });
    }
  }
}
