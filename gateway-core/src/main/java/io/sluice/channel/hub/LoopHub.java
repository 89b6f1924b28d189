package io.sluice.channel.hub;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Gap;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.metrics.Metrics;
import io.vertx.core.AsyncResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loop's readers. A turn gives what arrived to the live readers first, then serves a bounded
 * number of pages to readers that are behind, in rotation, and flushes each touched sink once.
 *
 * <p>Only {@link #give} and {@link #sendAway} are called from other threads.
 */
final class LoopHub {

  private static final Logger LOG = LoggerFactory.getLogger(LoopHub.class);

  private static final int SENT_AWAY_PER_TURN = 64;

  private final Hub hub;
  private final Loop loop;
  private final Recent recent;
  private final Hub.Settings settings;
  private final Metrics metrics;
  private final PageRoom room;
  private final OwnCopies copies;
  private final LagWatch lag;
  private final PageHits pageHits;
  private final CounterDataPoint turnsFull;

  /** Changed by the loop alone; any thread may ask whether a channel has readers. */
  private final Map<String, LoopChannel> channels = new ConcurrentHashMap<>();

  private final Queue<Round> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean turnDue = new AtomicBoolean();
  private final ArrayDeque<LoopChannel> due = new ArrayDeque<>();
  private final Runnable turn = this::turn;
  private final ArrayDeque<Reader> ready = new ArrayDeque<>();
  private final List<Sink> touched = new ArrayList<>();
  private boolean trimDue;
  private final AtomicInteger readerCount = new AtomicInteger();
  private final AtomicInteger behindCount = new AtomicInteger();

  LoopHub(Hub hub, Loop loop, Recent recent, Hub.Settings settings, Metrics metrics) {
    this.hub = hub;
    this.loop = loop;
    this.recent = recent;
    this.settings = settings;
    this.metrics = metrics;
    this.copies = new OwnCopies(hub.pageBudget());
    this.room = new PageRoom(this, hub.pageBudget(), this::retry, metrics);
    this.lag = new LagWatch(loop, channels.values());
    this.pageHits = new PageHits(settings.page(), metrics);
    this.turnsFull = metrics.limitsHit.labelValues("limits.pages-per-turn");
  }

  Loop loop() {
    return loop;
  }

  Broker.Page page() {
    return settings.page();
  }

  OwnCopies copies() {
    return copies;
  }

  Recent recent() {
    return recent;
  }

  int readerCount() {
    return readerCount.get();
  }

  int behindCount() {
    return behindCount.get();
  }

  /** The events that the reader furthest behind has still to take; any thread may ask. */
  long lagEvents() {
    return lag.events();
  }

  /** Whether there are readers of a channel. Any thread may ask. */
  boolean hasReaders(String channel) {
    return channels.containsKey(channel);
  }

  /** How many readers a channel has. Any thread may ask. */
  int readers(String channel) {
    LoopChannel found = channels.get(channel);
    return found == null ? 0 : found.count();
  }

  /** A round for this loop's readers. Any thread calls. */
  void give(Round round) {
    inbox.add(round);
    if (turnDue.compareAndSet(false, true)) {
      loop.execute(turn); // the home loop has looked at the network before
    }
  }

  /** The broker cannot serve this channel's readers any more: they end. Any thread calls. */
  void sendAway(String name, Broker.Unavailable failure) {
    loop.execute(
        () -> {
          LoopChannel channel = channels.get(name);
          if (channel != null) {
            sendAway(channel.snapshot(), failure);
          }
        });
  }

  /** What was told of a channel may not hold: its readers read on where they stand. Any thread. */
  void readOn(String name) {
    loop.execute(
        () -> {
          LoopChannel channel = channels.get(name);
          if (channel != null) {
            channel.dropRecent();
            channel.deliverLater();
          }
        });
  }

  /** Some in each turn, so that the loop has time for the rest. */
  private void sendAway(Queue<Reader> readers, Broker.Unavailable failure) {
    for (int i = 0; i < SENT_AWAY_PER_TURN && !readers.isEmpty(); i++) {
      Reader reader = readers.remove();
      if (reader.state() != Reader.State.CLOSED) {
        fail(reader, failure);
      }
    }
    if (!readers.isEmpty()) {
      loop.execute(() -> sendAway(readers, failure));
    }
  }

  /** One wake-up however much is due: what comes before the turn begins joins it. Any thread. */
  private void scheduleTurn() {
    if (turnDue.compareAndSet(false, true)) {
      loop.nextTurn(turn);
    }
  }

  Reader open(String name, Start start, Sink sink) {
    LoopChannel channel = channels.get(name);
    if (channel == null) {
      channel = new LoopChannel(this, name);
      channels.put(name, channel);
    }
    Reader reader = new Reader(channel, sink);
    channel.add(reader);
    count(channel, 1, 1);
    loop.execute(
        () -> {
          if (reader.state() == Reader.State.STARTING) {
            hub.follow(this, reader, start);
          }
        });
    return reader;
  }

  /** The broker's answer to a reader's start, asked when so many batches had been delivered. */
  void started(Reader reader, AsyncResult<Broker.Slice> answer, int deliveriesWhenAsked) {
    if (reader.state() != Reader.State.STARTING) {
      return;
    }
    if (answer.failed()) {
      fail(reader, answer.cause());
      return;
    }
    Broker.Slice slice = answer.result();
    reader.loopChannel().learnHead(slice.head(), deliveriesWhenAsked);
    if (room.forReader(reader) != null) { // else it reads the page again when there is room
      keep(reader.loopChannel(), slice);
    }
    reader.begin(slice.events().follows(), slice.gap());
    touched(reader.sink());
    if (reader.state() == Reader.State.STARTING) {
      ready(reader);
    }
    scheduleTurn();
  }

  private void keep(LoopChannel channel, Broker.Slice slice) {
    pageHits.note(slice);
    if (!slice.events().isEmpty() && !channel.isEmpty()) {
      channel.keepPage(slice.events());
    }
  }

  private void turn() {
    turnDue.set(false);
    takeArrivals();
    boolean several = due.size() > 1;
    for (int left = due.size(); left > 0; left--) {
      LoopChannel channel = due.remove();
      if (!deliver(channel, several)) {
        due.add(channel);
      }
    }
    flushTouched();
    int pages = settings.pagesPerTurn();
    while (pages > 0 && !ready.isEmpty()) {
      if (serveOrFail(ready.remove())) {
        pages--;
      }
    }
    flushTouched();
    copies.countGiven();
    recent.trim(loop.nowMs());
    if (!(recent.isEmpty() && copies.isEmpty()) && !trimDue) {
      trimDue = true;
      loop.after(settings.recentMs(), this::trim);
    }
    if (!ready.isEmpty()) {
      turnsFull.inc();
    }
    if (!ready.isEmpty() || !due.isEmpty()) {
      scheduleTurn();
    }
  }

  private void trim() {
    trimDue = false;
    copies.recountAll();
    scheduleTurn();
  }

  private void takeArrivals() {
    for (Round round = inbox.poll(); round != null; round = inbox.poll()) {
      LoopChannel channel = channels.get(round.channel());
      if (channel == null) {
        round.done();
      } else if (channel.arrive(round)) {
        due.add(channel);
      }
    }
  }

  /** Whether nothing is left to be given to the channel's readers. */
  private boolean deliver(LoopChannel channel, boolean more) {
    try {
      return channel.deliver(settings.page(), settings.framesPerTurn(), more);
    } catch (RuntimeException | OutOfMemoryError failure) {
      LOG.error("delivering to channel {} failed", channel.name(), failure);
      channel.deliverLater();
      return true;
    }
  }

  private boolean serveOrFail(Reader reader) {
    try {
      return serve(reader);
    } catch (OutOfMemoryError noMemory) {
      LOG.error("no memory to serve channel {}: {}", reader.channel(), noMemory.toString());
      if (reader.state() != Reader.State.CLOSED) {
        become(reader, Reader.State.READY);
        room.starve(reader);
      }
      return true;
    } catch (RuntimeException defect) {
      LOG.error("serving channel {} failed: a defect in the gateway", reader.channel(), defect);
      fail(reader, defect);
      return true;
    }
  }

  /**
   * Lets a reader that is behind take one batch, or asks the broker for it, or finds it at the
   * head.
   *
   * @return whether bytes were written
   */
  private boolean serve(Reader reader) {
    if (reader.state() != Reader.State.READY) {
      return false;
    }
    if (reader.sink().isFull()) {
      become(reader, Reader.State.WAITING);
      return false;
    }
    LoopChannel channel = reader.loopChannel();
    Recent.Entry entry = channel.after(reader);
    if (entry != null
        && !(entry.hasRoom(reader.sink().format())
            && (!entry.isCounted() || copies.hasRoom(reader.sink())))) {
      room.starve(reader);
      return false;
    }
    if (entry != null) {
      boolean all =
          reader.take(
              entry.in(reader.sink().format()), LoopChannel.indexAfter(reader, entry), true);
      if (entry.isCounted()) {
        copies.gave(reader.sink());
      }
      if (reader.state() == Reader.State.READY) {
        if (all) {
          ready.add(reader);
        } else {
          become(reader, Reader.State.WAITING);
        }
      }
      return true;
    }
    if (channel.isAtHead(reader)) {
      become(reader, Reader.State.LIVE);
      reader.sink().onHead(reader);
      touched(reader.sink());
    } else {
      read(reader);
    }
    return false;
  }

  /**
   * Asks the broker for what follows a reader's position, once for all readers that stand there.
   */
  private void read(Reader reader) {
    LoopChannel channel = reader.loopChannel();
    Position after = reader.position();
    if (channel.joinReading(after, reader)) {
      become(reader, Reader.State.READING);
      return;
    }
    Broker.Page page = room.forReader(reader);
    if (page == null) {
      room.starve(reader);
      return;
    }
    reader.starved = false;
    channel.startReading(after, reader);
    become(reader, Reader.State.READING);
    metrics.pagesRead.inc();
    int deliveries = channel.deliveries();
    loop.receive(
        hub.broker().read(channel.name(), after, page),
        answer -> read(channel, after, answer, deliveries));
  }

  private void read(
      LoopChannel channel, Position after, AsyncResult<Broker.Slice> answer, int deliveries) {
    List<Reader> waiting = channel.endReading(after);
    if (waiting.isEmpty()) {
      return;
    }
    if (answer.succeeded()) {
      channel.learnHead(answer.result().head(), deliveries);
      keep(channel, answer.result());
    }
    for (Reader reader : waiting) {
      if (reader.state() == Reader.State.READING) {
        goOn(reader, answer);
      }
    }
    scheduleTurn();
  }

  private void goOn(Reader reader, AsyncResult<Broker.Slice> answer) {
    if (answer.failed()) {
      fail(reader, answer.cause());
      return;
    }
    Gap gap = answer.result().gap();
    if (gap != null) {
      reader.tell(gap);
    }
    if (reader.state() == Reader.State.READING) {
      ready(reader);
    }
  }

  /** A reader that found no room may look again. */
  private void retry(Reader reader) {
    ready.add(reader);
    scheduleTurn();
  }

  /** A live reader did not take what arrived. */
  void fellBehind(Reader reader) {
    if (reader.isLive()) {
      if (reader.sink().isFull()) {
        become(reader, Reader.State.WAITING);
      } else {
        ready(reader);
      }
    }
  }

  /** A reader that is behind may have its turn. */
  void ready(Reader reader) {
    become(reader, Reader.State.READY);
    ready.add(reader);
    scheduleTurn();
  }

  private void become(Reader reader, Reader.State state) {
    int behind = (state == Reader.State.LIVE ? 0 : 1) - (reader.isLive() ? 0 : 1);
    reader.state(state);
    count(reader.loopChannel(), 0, behind);
  }

  private void count(LoopChannel channel, int readers, int behind) {
    readerCount.addAndGet(readers);
    behindCount.addAndGet(behind);
    channel.countBehind(behind);
    if (behind > 0) {
      lag.watch();
    }
  }

  /** A batch was written to live readers. */
  void delivered(Batch batch) {
    long lagMs = settings.wallClockMs().getAsLong() - batch.events().get(0).timeMs();
    metrics.deliveryLag.observe(Math.max(0, lagMs) / 1000.0);
  }

  private void fail(Reader reader, Throwable cause) {
    Sink sink = reader.sink();
    reader.close();
    if (!(cause instanceof Broker.Unavailable)) {
      LOG.error("the broker failed for channel {}", reader.channel(), cause);
    }
    sink.onUnavailable(
        reader,
        cause instanceof Broker.Unavailable unavailable
            ? unavailable
            : new Broker.Unavailable("the broker failed: see the log of this node"));
    touched(sink);
    scheduleTurn();
  }

  /** A reader was taken out of its channel. */
  void removed(LoopChannel channel, Reader reader) {
    count(channel, -1, reader.isLive() ? 0 : -1);
    if (channel.isEmpty()) {
      channel.dropRecent();
      channels.remove(channel.name(), channel);
      hub.leave(channel.name());
    }
  }

  /** Writes were made to a sink: it is flushed at the end of this part of the turn. */
  void touched(Sink sink) {
    int size = touched.size();
    if (size == 0 || touched.get(size - 1) != sink) {
      touched.add(sink);
    }
  }

  private void flushTouched() {
    for (int i = 0; i < touched.size(); i++) {
      touched.get(i).flush();
    }
    touched.clear();
  }
}
