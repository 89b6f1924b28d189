package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.channel.Broker;
import io.sluice.channel.Gap;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import io.sluice.channel.hub.WireFormat;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.Deadlines;
import io.sluice.http.EventJson;
import io.sluice.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * One poll or long poll, from its request to its answer. A poll is a long poll that waits for
 * nothing. {@code docs/protocol.md} §10.
 *
 * <p>Held, it is a place on the wheel and a reader for each channel; bytes are kept only from the
 * first event on.
 */
final class Poll extends Wheel.Node implements Sink, Presence.Open {

  private final TransportLoop loop;
  private final PollAnswer answer;
  private final Route.Push route;
  private final SubscribeRequest request;
  private final Subscriptions subscriptions = new Subscriptions();
  private final Presence presence;
  private @Nullable ByteBuf entries;
  private Deadlines.@Nullable Deadline linger;
  private int awaited;
  private int catchingUp;
  private int taken;
  private boolean gapTold;
  private boolean held;
  private boolean done;

  Poll(TransportLoop loop, PollAnswer answer, Route.Push route, SubscribeRequest request) {
    this.loop = loop;
    this.answer = answer;
    this.route = route;
    this.request = request;
    this.presence = new Presence(loop, this);
    for (SubscribeRequest.Asked asked : request.channels()) {
      subscriptions.add(new Subscription(asked));
    }
  }

  /** Begins; the place in the admission is taken already. */
  void start() {
    presence.enter();
    answer.onClientLeft(() -> end(CloseReason.CLIENT_LEFT.slug()));
    awaited = subscriptions.size();
    catchingUp = subscriptions.size();
    subscriptions.open(loop, this);
  }

  /** The wait that is applied, in seconds (POL-3). */
  private long waitSeconds() {
    return Math.min(request.waitSeconds(), route.poll().maxWait().toSeconds());
  }

  @Override
  public WireFormat format() {
    return PollFormat.INSTANCE;
  }

  @Override
  public boolean isFull() {
    return done || awaited > 0 || taken >= request.limit() || isLong();
  }

  /** Whether the answer has so many bytes that it takes no further event. */
  private boolean isLong() {
    int maxBytes = loop.config().limits().delivery().pollAnswerBytes();
    ByteBuf bytes = entries;
    return bytes != null && bytes.readableBytes() >= maxBytes;
  }

  /** Events are copied into the answer. */
  @Override
  public boolean keepsBytes() {
    return false;
  }

  @Override
  public void onStart(Reader reader, @Nullable Gap gap) {
    Subscription subscription = subscriptions.of(reader);
    subscription.started(gap);
    if (subscription.resumes()) {
      loop.metrics().resumes.labelValues(gap == null ? "ok" : "gap").inc();
    }
    Gap untold = subscription.tellStart();
    if (untold != null) {
      tell(subscription, untold);
    }
    if (--awaited > 0) {
      return;
    }
    if (request.hasStart()) {
      subscriptions.resume();
    } else {
      send(); // POL-2
    }
  }

  @Override
  public void onGap(Reader reader, Gap gap) {
    tell(subscriptions.of(reader), gap);
    if (held) {
      send(); // POL-5
    }
  }

  private void tell(Subscription subscription, Gap gap) {
    loop.metrics().gaps.labelValues(gap.reason().slug()).inc();
    gapTold = true;
    EventJson.writeGap(subscription.channel(), gap, entry());
  }

  /** The buffer for another entry, behind a comma if it is not the first. */
  private ByteBuf entry() {
    ByteBuf bytes = entries;
    if (bytes == null) {
      bytes = Unpooled.buffer(256);
      entries = bytes;
    } else {
      bytes.writeByte(',');
    }
    return bytes;
  }

  @Override
  public int onFrames(Reader reader, Frames frames, int from, boolean more) {
    if (isFull()) {
      return 0;
    }
    int count = frames.count();
    int at = from;
    while (at < count && !isFull()) {
      int begin = frames.begin(at);
      entry().writeBytes(frames.bytes(), begin, frames.end(at) - begin);
      taken++;
      at++;
    }
    if (isLong()) {
      loop.metrics().limitsHit.labelValues("limits.poll-answer").inc();
    }
    if (isFull()) {
      // The reader's position moves when this returns; the answer's cursor needs it.
      loop.loop().execute(this::send);
    } else if (linger == null) {
      linger = loop.linger(route, this::send);
    }
    return at - from;
  }

  /**
   * All there is now was read for one channel; at the last one a poll answers, a long poll waits.
   */
  @Override
  public void onHead(Reader reader) {
    if (done || !subscriptions.of(reader).reachHead() || --catchingUp > 0) {
      return;
    }
    if (waitSeconds() == 0 || gapTold) {
      send();
    } else {
      held = true;
      answer.waits();
      long waitMs = waitSeconds() * 1000;
      long spread = Math.max(1, waitMs / 5);
      loop.wheel().arm(this, waitMs - spread / 2 + loop.random().nextLong(spread));
    }
  }

  /** The wait is over. */
  @Override
  void due() {
    send();
  }

  private void send() {
    if (!done) {
      PollAnswer.Result result =
          new PollAnswer.Result(
              entries,
              subscriptions.cursor(),
              request.transport() == Transport.LONG_POLL ? waitSeconds() : -1,
              loop.admission().draining());
      entries = null;
      loop.delivered(request.transport()).add(taken);
      answer.send(result);
      end("answered");
    }
  }

  private void end(String reason) {
    if (done) {
      return;
    }
    done = true;
    loop.wheel().cancel(this);
    if (linger != null) {
      linger.cancel();
    }
    entries = null;
    subscriptions.close();
    presence.leave(reason);
  }

  @Override
  public Transport transport() {
    return request.transport();
  }

  @Override
  public PollAnswer peer() {
    return answer;
  }

  @Override
  public Route.Push route() {
    return route;
  }

  @Override
  public Subscriptions subscriptions() {
    return subscriptions;
  }

  @Override
  public long events() {
    return done ? taken : 0;
  }

  @Override
  public void flush() {}

  @Override
  public void onUnavailable(Reader reader, Broker.Unavailable failure) {
    if (!done) {
      answer.refuse(
          Problem.Kind.UNAVAILABLE.with(failure.getMessage() + ": try again in a second"));
      end(Problem.Kind.UNAVAILABLE.slug());
    }
  }

  /** A held poll is answered with what it has; one that has not begun yet is told to come back. */
  @Override
  public void close(CloseReason reason) {
    if (done) {
      return;
    }
    if (awaited > 0) {
      answer.refuse(Problem.Kind.DRAINING.with("the node is stopping: come back in a second"));
      end(reason.slug());
    } else {
      send();
    }
  }
}
