package io.sluice.cli.bench;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.EventExecutor;
import io.sluice.cli.client.Subscription.Transport;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All readers of a run. */
final class Readers {

  /** Connections that are being opened at once. */
  private static final int AT_ONCE = 128;

  private static final int PATIENCE_S = 30;
  private static final int MAX_ANSWER = 16 << 20;

  private final Plan plan;
  private final Sockets sockets;
  private final List<EventLoop> loops = new ArrayList<>();
  private final List<Tally> tallies = new ArrayList<>();
  private final LongAdder arrived = new LongAdder();

  Readers(Plan plan, Sockets sockets, Run run, EventLoopGroup group) {
    this.plan = plan;
    this.sockets = sockets;
    for (EventExecutor loop : group) {
      loops.add((EventLoop) loop);
      tallies.add(new Tally(run, arrived));
    }
  }

  /** Deliveries so far. */
  long arrived() {
    return arrived.sum();
  }

  /**
   * Opens all of them, and waits for it.
   *
   * @param progress told how many are open
   * @throws LoadException if the server refuses one, or does not answer in time
   */
  void open(IntConsumer progress) throws LoadException, InterruptedException {
    Semaphore room = new Semaphore(AT_ONCE);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    LongAdder open = new LongAdder();
    int count = plan.shape().readers();
    for (int i = 0; i < count && failure.get() == null; i++) {
      if (!room.tryAcquire(PATIENCE_S, TimeUnit.SECONDS)) {
        throw new LoadException("no answer in time");
      }
      open(i)
          .whenComplete(
              (done, failed) -> {
                room.release();
                open.increment();
                failure.compareAndSet(null, failed);
              });
      if (i % 100 == 0) {
        progress.accept(open.intValue());
      }
    }
    if (!room.tryAcquire(AT_ONCE, PATIENCE_S, TimeUnit.SECONDS)) {
      throw new LoadException("no answer in time");
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new LoadException(HttpWords.of(failed));
    }
    progress.accept(count);
  }

  private CompletableFuture<Void> open(int number) {
    int lane = number % loops.size();
    ReaderState state = new ReaderState(tallies.get(lane), plan.pace().outstanding());
    URI url = Plan.url(plan.subscribe().url(), plan.shape().channelOf(number));
    ChannelFuture connected = sockets.connect(loops.get(lane), number, handlers(state, url));
    connected.addListener(
        done -> {
          if (!done.isSuccess()) {
            state.onRefused(HttpWords.of(done.cause()));
          }
        });
    return state.ready();
  }

  private ChannelHandler[] handlers(ReaderState state, URI url) {
    return switch (plan.subscribe().transport()) {
      case WEBSOCKET -> new ChannelHandler[] {new WebSocketReader(state, handshake(url))};
      case SSE ->
          new ChannelHandler[] {new HttpClientCodec(), new EventStreamReader(state, stream(url))};
      case LONG_POLL, POLL ->
          new ChannelHandler[] {
            new HttpClientCodec(), new HttpObjectAggregator(MAX_ANSWER), poll(state, url)
          };
    };
  }

  private String handshake(URI url) {
    StringBuilder request = new StringBuilder("GET " + HttpWords.target(url) + " HTTP/1.1\r\n");
    // The key is not secret, and the answer to it proves nothing that matters here.
    Map<String, String> headers =
        headers(
            Map.of(
                "Upgrade", "websocket",
                "Connection", "Upgrade",
                "Sec-WebSocket-Version", "13",
                "Sec-WebSocket-Key", "c2x1aWNlIGJlbmNobWFyaw=="));
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    return request.append("\r\n").toString();
  }

  private FullHttpRequest stream(URI url) {
    FullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, HttpWords.target(url));
    headers(Map.of("Accept", "text/event-stream")).forEach(request.headers()::set);
    return request;
  }

  private PollReader poll(ReaderState state, URI url) {
    boolean waits = plan.subscribe().transport() == Transport.LONG_POLL;
    Map<String, String> own = waits ? Map.of("Prefer", "wait=25") : Map.of();
    return new PollReader(
        state,
        new PollReader.Manner(
            HttpWords.target(url),
            headers(own),
            waits ? Duration.ZERO : plan.subscribe().pollEvery()));
  }

  private Map<String, String> headers(Map<String, String> own) {
    Map<String, String> all = new HashMap<>(own);
    all.put("Host", sockets.authority());
    all.putAll(plan.subscribe().headers());
    return all;
  }

  /** Asks each loop for its tally's number, and adds them up. */
  long sum(Function<Tally, Long> number) throws InterruptedException {
    long sum = 0;
    for (int i = 0; i < loops.size(); i++) {
      Tally tally = tallies.get(i);
      sum += await(loops.get(i), () -> number.apply(tally));
    }
    return sum;
  }

  private static long await(EventLoop loop, Supplier<Long> number) throws InterruptedException {
    try {
      return CompletableFuture.supplyAsync(number, loop).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
