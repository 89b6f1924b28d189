package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.sluice.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * One connection's guard: the first handler behind TLS. It passes on the bytes of heads that are
 * whole and valid and of bodies as they come, and nothing after the first violation.
 *
 * <p>One request at a time: what a client sends behind one that is not answered yet (pipelining,
 * RFC 9112 §9.3.2) waits here as bytes, and is not read on from the socket. So no client makes the
 * gateway hold more than one read, nothing of a request meets another one's handler, and nothing is
 * served after an answer that ends the connection.
 *
 * <p>A violation in a head becomes a request that failed to decode, fired behind the decoder, so
 * that Vert.x answers it after the requests before it; so does one in the chunks that were read
 * with the head. One in a body whose head has been passed on becomes a content that failed: Vert.x
 * tells the request's handler and closes; if nothing of the answer was written by then, the refusal
 * is ({@link Farewell}).
 */
final class Guard extends ChannelDuplexHandler {

  static final String NAME = "guard";

  /** What the first bytes of an incomplete head are held in; grows with them. */
  private static final int HELD_BYTES = 256;

  /** Held of what a client sends behind a request that is not answered yet. */
  static final int MAX_WAITING_BYTES = 1 << 20;

  /** Of what a client still sends when its connection is closing, read so that no reset comes. */
  private static final int MAX_DROPPED_BYTES = 1 << 20;

  private final Door door;

  /** While a head comes in. */
  private @Nullable HeadScanner head;

  private final BodyScanner body;
  private final Outflow outflow = new Outflow();
  private @Nullable ChannelHandlerContext context;
  private @Nullable ByteBuf held;
  private @Nullable Served serving;
  private @Nullable Problem broken;
  private int passed;
  private int served;
  private boolean refused;

  /** Whether what is held waits for the answer to the request before it. */
  private boolean waiting;

  /** Whether it is to be looked at again before the loop's next turn. */
  private boolean stirred;

  private boolean removed;
  private boolean closing;
  private int dropped;
  private long sinceMs;
  private boolean quiet = true;
  private long unsentBytes;

  /** Its place in its door's list; the door's own. */
  int index = -1;

  Guard(Door door) {
    this.door = door;
    this.body = new BodyScanner(door.headLimits().headerBytes());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    sinceMs = door.nowMs();
    door.enter(this);
  }

  /** From now on nothing is HTTP: what came behind the last request is for whoever took over. */
  @Override
  public void handlerRemoved(ChannelHandlerContext from) {
    removed = true;
    serving = null;
    door.leave(this);
    ByteBuf rest = held;
    held = null;
    if (rest != null) {
      giveUp(from, rest);
    }
  }

  private static void giveUp(ChannelHandlerContext from, ByteBuf rest) {
    from.fireChannelRead(rest);
    from.fireChannelReadComplete();
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    refused = true;
    release();
    from.fireChannelInactive();
  }

  private void release() {
    ReferenceCountUtil.release(held);
    held = null;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (refused) {
      drop(from, bytes);
      return;
    }
    if (!HttpPipeline.isDecoding(from)) { // a tunnel: Vert.x has taken its own handlers away
      from.pipeline().remove(this);
      from.fireChannelRead(bytes);
      return;
    }
    ByteBuf earlier = held;
    if (waiting && earlier != null) {
      earlier.writeBytes(bytes);
      bytes.release();
      keepWaiting(from, earlier);
      return;
    }
    held = null;
    if (earlier != null) {
      if (!isHeadBegun()) { // an empty line alone: the time of the head runs from now on
        sinceMs = door.nowMs();
      }
      earlier.writeBytes(bytes);
      bytes.release();
      pass(from, earlier, true);
    } else {
      pass(from, bytes, false);
    }
  }

  private void drop(ChannelHandlerContext from, ByteBuf bytes) {
    dropped += closing ? bytes.readableBytes() : 0; // before, its answer is still to be written
    bytes.release();
    if (dropped > MAX_DROPPED_BYTES) {
      from.close();
    }
  }

  /**
   * Passes on what is whole; keeps or releases the rest.
   *
   * @param own whether the buffer is this guard's
   */
  private void pass(ChannelHandlerContext from, ByteBuf bytes, boolean own) {
    int start = bytes.readerIndex();
    boolean more = true;
    while (more && bytes.isReadable() && !removed && !refused) {
      more = body.isOpen() ? passBody(from, bytes) : isNextServed(from) && passHead(from, bytes);
    }
    if (refused || !bytes.isReadable()) {
      bytes.release();
    } else if (removed) {
      giveUp(from, bytes);
    } else {
      hold(from, bytes, own && (waiting || bytes.readerIndex() == start));
    }
  }

  /**
   * Whether a request that comes next is taken now; if not it waits, or is dropped. It waits for
   * the client to take its answers too: what it asks for may be much more than what it sends.
   */
  private boolean isNextServed(ChannelHandlerContext at) {
    Served last = serving;
    boolean answered = passed == served && (last == null || last.isAnswered());
    waiting = !answered || !at.channel().isWritable();
    if (!waiting && last != null && last.isLast()) {
      dropRest();
      at.executor().execute(() -> at.channel().close()); // unless whoever answered does
    }
    return !waiting && !refused;
  }

  /** Takes up what waited, if the request before it has been answered. */
  private void goOn() {
    stirred = false;
    ChannelHandlerContext at = context;
    ByteBuf rest = held;
    if (at == null || rest == null || !waiting || removed || refused) {
      return;
    }
    if (!HttpPipeline.isDecoding(at)) {
      return; // it becomes a tunnel: who makes that takes this guard out
    }
    held = null;
    sinceMs = door.nowMs();
    pass(at, rest, true);
    at.fireChannelReadComplete();
    if (!waiting && !removed) {
      at.channel().config().setAutoRead(true);
    }
  }

  /** Only what is written can end an answer. */
  @Override
  public void write(ChannelHandlerContext from, Object message, ChannelPromise promise) {
    from.write(message, promise);
    stir(from);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    stir(from);
    from.fireChannelWritabilityChanged();
  }

  private void stir(ChannelHandlerContext at) {
    if (waiting && !stirred) {
      stirred = true;
      at.executor().execute(this::goOn);
    }
  }

  private boolean passHead(ChannelHandlerContext from, ByteBuf bytes) {
    HeadScanner scanner = head == null ? door.scanner() : head;
    head = scanner;
    int length = scanner.scan(bytes);
    if (length == HeadScanner.MORE) {
      return false;
    }
    Problem problem = scanner.problem();
    passed++;
    if (problem != null) {
      refuse(from, problem, false);
      return false;
    }
    body.begin(scanner);
    return scanner.isChunked()
        ? passWithChunks(from, scanner, bytes, length)
        : passCounted(from, scanner, bytes, length);
  }

  private boolean passCounted(
      ChannelHandlerContext from, HeadScanner scanner, ByteBuf bytes, int length) {
    // A short body mostly comes with its head: then both are one piece for the decoder too.
    int withIt = scanner.isPassedOnAsItIs() ? body.skipWhole(bytes.readableBytes() - length) : 0;
    fireHead(from, scanner, bytes.readRetainedSlice(length + withIt));
    return true;
  }

  /** Nobody sees a request of whose chunks those that came with its head are broken. */
  private boolean passWithChunks(
      ChannelHandlerContext from, HeadScanner scanner, ByteBuf bytes, int length) {
    int chunks = body.scan(bytes, bytes.readerIndex() + length);
    Problem problem = body.problem();
    if (problem != null) {
      refuse(from, problem, false);
      return false;
    }
    fireHead(from, scanner, bytes.readRetainedSlice(length));
    if (chunks > 0 && !removed && !refused) {
      from.fireChannelRead(bytes.readRetainedSlice(chunks));
    }
    return true;
  }

  private void fireHead(ChannelHandlerContext from, HeadScanner scanner, ByteBuf bytes) {
    ByteBuf whole = scanner.passedOn(bytes, from.alloc());
    head = null;
    door.scanned(scanner);
    from.fireChannelRead(whole);
  }

  private boolean passBody(ChannelHandlerContext from, ByteBuf bytes) {
    int length = body.scan(bytes, bytes.readerIndex());
    if (length > 0) {
      from.fireChannelRead(bytes.readRetainedSlice(length));
    }
    Problem problem = body.problem();
    if (problem != null && !removed && !refused) {
      refuse(from, problem, true);
    }
    return problem == null;
  }

  /**
   * Keeps the begin of a head, or what waits, in a buffer of its own: the one that was read may be
   * large, and parts of it are others' now. One that it is in already stays.
   */
  private void hold(ChannelHandlerContext from, ByteBuf bytes, boolean stays) {
    ByteBuf kept = bytes;
    if (!stays) {
      sinceMs = door.nowMs();
      kept = from.alloc().buffer(Math.max(HELD_BYTES, bytes.readableBytes()));
      kept.writeBytes(bytes);
      bytes.release();
    }
    held = kept;
    if (waiting) {
      keepWaiting(from, kept);
    }
  }

  /**
   * Reads no more meanwhile. An empty line alone is no request (RFC 9112 §2.2): behind it the
   * client's end is still to be seen. Told of that end, the transport reads all that there is.
   */
  private void keepWaiting(ChannelHandlerContext from, ByteBuf kept) {
    int length = kept.readableBytes();
    if (length > MAX_WAITING_BYTES) {
      passed++;
      refuse(
          from,
          HeadScanner.bad(
              "more than "
                  + MAX_WAITING_BYTES
                  + " bytes came behind a request that is not answered yet: wait for its answer"),
          false);
    } else if (length > 2) {
      from.channel().config().setAutoRead(false);
    }
  }

  private void refuse(ChannelHandlerContext from, Problem problem, boolean afterHead) {
    refused = true;
    release();
    door.refused(problem, body.isOpen() ? body.limitHit() : head == null ? null : head.limitHit());
    DecoderResult failure = DecoderResult.failure(new Violation(problem));
    if (afterHead) {
      HttpContent cut = new DefaultHttpContent(Unpooled.EMPTY_BUFFER);
      cut.setDecoderResult(failure);
      HttpPipeline.fireDecoded(from, cut);
    } else {
      HttpRequest none =
          new DefaultFullHttpRequest(
              HttpVersion.HTTP_1_1, HttpMethod.GET, "/", Unpooled.EMPTY_BUFFER);
      none.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      none.setDecoderResult(failure);
      HttpPipeline.fireDecoded(from, none);
    }
  }

  /** A request has come to its handler: those before it have been answered. */
  void serves(Served request) {
    serving = request;
    served++;
    quiet = false;
  }

  /** What comes from now on is dropped, until the close that follows. */
  void dropRest() {
    refused = true;
    release();
  }

  /** Looks at the time. Called by the door now and then. */
  void look(long nowMs) {
    ChannelHandlerContext at = context;
    if (at == null || cutIfStalled(at, nowMs)) {
      return;
    }
    if (refused || !at.channel().config().isAutoRead()) {
      return;
    }
    if (isHeadBegun() || passed == 0) {
      if (nowMs - sinceMs >= door.headerTimeoutMs()) {
        late(at);
      }
    } else {
      lookIdle(at.channel(), nowMs);
    }
  }

  private boolean isHeadBegun() {
    HeadScanner scanner = head;
    return scanner != null && scanner.isBegun();
  }

  /**
   * Ends a connection whose client does not read its answer. From here the close reaches the socket
   * at once: Vert.x would first wait until all is written, which is never.
   */
  private boolean cutIfStalled(ChannelHandlerContext at, long nowMs) {
    if (outflow.stoppedMs(at.channel(), nowMs) < door.stalledMs()) {
      return false;
    }
    refused = true;
    door.leave(this);
    door.stalled(at.channel());
    at.close();
    return true;
  }

  /** RFC 9110 §15.5.9. A client that sent nothing at all is told nothing. */
  private void late(ChannelHandlerContext at) {
    door.headerTimedOut();
    if (!isHeadBegun()) {
      at.channel().close();
      return;
    }
    passed++;
    refuse(
        at,
        Problem.Kind.REQUEST_TIMEOUT.with(
            "the head of the request did not come within limits.header-timeout"),
        false);
    at.fireChannelReadComplete();
  }

  private void lookIdle(Channel channel, long nowMs) {
    Served last = serving;
    boolean answering = served != passed || body.isOpen();
    answering |= last != null && !last.isAnswered();
    var buffer = channel.unsafe().outboundBuffer();
    long unsent = buffer == null ? 0 : buffer.totalPendingWriteBytes();
    if (answering || !quiet || unsent != unsentBytes) {
      quiet = !answering;
      unsentBytes = unsent;
      sinceMs = nowMs;
      boolean kept = answering || (last != null && last.isLast());
      serving = kept ? last : null; // an idle connection holds no request
    } else if (nowMs - sinceMs >= door.idleMs()) {
      door.idled();
      channel.close();
    }
  }

  /** Vert.x tells here that a message failed, before it tells the request and closes. */
  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof Violation violation) {
      broken = violation.problem();
    }
    from.fireExceptionCaught(cause);
  }

  @Override
  public void close(ChannelHandlerContext from, ChannelPromise promise) {
    Served last = serving;
    Problem untold = broken != null && last != null && !last.isBegun() ? broken : null;
    boolean answered = last != null && last.isAnswered() && last.isLast();
    if ((refused || waiting || answered) && !closing && from.channel().isActive()) {
      closing = true;
      dropRest();
      Farewell.say(from, untold, promise);
    } else {
      from.close(promise);
    }
  }
}
