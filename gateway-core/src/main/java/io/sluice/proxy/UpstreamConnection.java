package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a target: one request at a time, and used again only if its answer was whole
 * and not a byte came beside it.
 *
 * <p>HTTP/1.1 answers have no names: which request an answer belongs to is known by its place
 * alone. So whatever is not exactly one answer to one request (bytes while idle, bytes after an
 * answer, an answer that ends early or cannot be read) ends the connection here, before another
 * request could get to it. Belongs to the event loop of its channel.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {

  private static final String DECODER = "decoder";
  private static final String NAME = "sluice";

  /** Interim answers (1xx) to one request. */
  private static final int MAX_INTERIM = 64;

  private final ChannelHandlerContext vertx;
  private final AnswerDecoder decoder = new AnswerDecoder();
  private final Owner owner;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Listener listener;
  private boolean upgradeAsked;
  private boolean chunked;
  private boolean requestEnded;
  private boolean answerEnded;
  private boolean keep;
  private boolean upgraded;
  private boolean inInterim;
  private boolean ended;
  private int interim;
  private int uses;
  private long keepMs = Long.MAX_VALUE;

  /** What follows the head of a request. */
  enum Body {
    NONE,
    /** As many bytes as the head says. */
    MEASURED,
    CHUNKED
  }

  /**
   * A request, its body apart.
   *
   * @param head its bytes; the connection releases them
   * @param upgrade whether it asks for another protocol
   */
  record Request(HttpMethod method, ByteBuf head, Body body, boolean upgrade) {}

  /** Who has lent the connection. */
  interface Owner {
    /** It is free for another request. */
    void onFree(UpstreamConnection connection);

    /** It is not to be used any more. Comes once. */
    void onGone(UpstreamConnection connection);
  }

  /** Whose request is under way. After {@link #onEnd}, {@link #onFailure} nothing comes. */
  interface Listener {
    /** An interim answer, 100 included, 101 not. */
    void onInterim(HttpResponse head);

    void onHead(HttpResponse head);

    /** A part of the body; borrowed for the call. */
    void onBody(ByteBuf part);

    void onEnd(HttpHeaders trailers);

    /** What has come so far has been told; the next may take a while. */
    void onPause();

    /** The answer is 101: from now on the channel is the listener's. */
    void onUpgrade(HttpResponse head);

    /** Bytes after 101, until {@link #takeOver}; the listener releases them. */
    void onBytes(ByteBuf bytes);

    /** More of the request's body may be written. */
    void onWritable();

    void onFailure(Fault fault);
  }

  private UpstreamConnection(ChannelHandlerContext vertx, Owner owner) {
    this.vertx = vertx;
    this.owner = owner;
  }

  /** Puts HTTP on a new connection. Call on its event loop. */
  static UpstreamConnection on(ChannelHandlerContext vertx, Owner owner) {
    UpstreamConnection connection = new UpstreamConnection(vertx, owner);
    ChannelPipeline pipeline = vertx.pipeline();
    pipeline.addBefore(vertx.name(), DECODER, connection.decoder);
    pipeline.addBefore(vertx.name(), NAME, connection);
    connection.context = pipeline.context(connection);
    return connection;
  }

  Channel channel() {
    return vertx.channel();
  }

  /** Whether it can be lent. */
  boolean isUsable() {
    return !ended && listener == null && !decoder.hasExcess() && channel().isActive();
  }

  /** Whether the request under way is not its first. */
  boolean isKept() {
    return uses > 1;
  }

  /** For how long the target said it keeps the connection idle, in milliseconds. */
  long keepMs() {
    return keepMs;
  }

  /** Sends the head of a request. */
  void send(Request request, Listener listener) {
    this.listener = listener;
    upgradeAsked = request.upgrade;
    chunked = request.body == Body.CHUNKED;
    requestEnded = request.body == Body.NONE;
    answerEnded = false;
    keep = false;
    interim = 0;
    uses++;
    decoder.expect(request.method);
    channel().config().setAutoRead(true);
    write(request.head);
    flush();
  }

  /** Sends a part of the body; takes it over. */
  void sendBody(ByteBuf part) {
    if (!chunked) {
      write(part);
    } else if (part.isReadable()) { // an empty chunk would be the last
      ByteBufAllocator allocator = channel().alloc();
      write(RequestFraming.chunkSize(part.readableBytes(), allocator));
      write(part);
      write(RequestFraming.chunkEnd(allocator));
    } else {
      part.release();
    }
    flush();
  }

  /** Ends the request. */
  void end(HttpHeaders trailers) {
    if (chunked) {
      write(RequestFraming.end(trailers, channel().alloc()));
      flush();
    }
    requestEnded = true;
  }

  private void write(ByteBuf part) {
    ChannelHandlerContext to = Objects.requireNonNull(context);
    if (ended) {
      part.release();
    } else {
      to.write(part, channel().voidPromise());
    }
  }

  private void flush() {
    Objects.requireNonNull(context).flush();
  }

  boolean isWritable() {
    return channel().isWritable();
  }

  /** Stops or starts reading, for the sake of who takes the bytes. */
  void read(boolean on) {
    channel().config().setAutoRead(on);
  }

  /** Ends the connection whatever is under way; the listener hears nothing more. */
  void discard() {
    listener = null;
    leave();
    // Not from the pipeline's tail: Vert.x would wait for a target that does not read.
    Objects.requireNonNull(context).close();
  }

  /** Takes HTTP off, after 101. The channel is no longer this object's. */
  void takeOver() {
    ChannelPipeline pipeline = channel().pipeline();
    if (pipeline.get(DECODER) != null) {
      pipeline.remove(DECODER); // hands over what it has not decoded
    }
    listener = null;
    pipeline.remove(NAME);
    leave();
  }

  /** The context of the handler that Vert.x put last. */
  ChannelHandlerContext vertx() {
    return vertx;
  }

  private void leave() {
    if (!ended) {
      ended = true;
      owner.onGone(this);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    try {
      Listener to = listener;
      if (upgraded && message instanceof ByteBuf bytes && to != null) {
        to.onBytes(bytes.retain());
      } else if (message instanceof HttpObject part && to != null) {
        receive(part, to);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void receive(HttpObject part, Listener to) {
    if (part.decoderResult().isFailure()) {
      fail(Fault.ofDecoding(part.decoderResult().cause()));
      return;
    }
    if (part instanceof HttpResponse head) {
      begin(head, to);
    }
    if (part instanceof HttpContent content && !upgraded && listener == to) {
      pass(content, to);
    }
  }

  private void begin(HttpResponse head, Listener to) {
    Fault fault = problem(head);
    if (fault != null) {
      fail(fault);
      return;
    }
    int status = head.status().code();
    inInterim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL && status != 101;
    if (inInterim) {
      if (++interim > MAX_INTERIM) {
        fail(Fault.MALFORMED);
      } else {
        to.onInterim(head);
      }
    } else if (status == 101) {
      upgraded = true;
      to.onUpgrade(head);
    } else {
      keep = mayKeep(head);
      to.onHead(head);
    }
  }

  private void pass(HttpContent content, Listener to) {
    if (inInterim) {
      return;
    }
    if (content.content().isReadable()) {
      to.onBody(content.content());
    }
    if (content instanceof LastHttpContent last && listener == to) {
      answerEnded = true;
      listener = null;
      if (!requestEnded) {
        // The rest of the request must not become the beginning of the next.
        keep = false;
      }
      to.onEnd(last.trailingHeaders());
      if (!keep) {
        discard();
      }
    }
  }

  private @Nullable Fault problem(HttpResponse head) {
    HttpVersion version = head.protocolVersion();
    int status = head.status().code();
    boolean http1 = version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    if (!http1 || status < 100 || status > 999) {
      return Fault.MALFORMED;
    }
    List<String> codings = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (codings.size() > 1
        || (codings.size() == 1 && !codings.get(0).strip().equalsIgnoreCase("chunked"))) {
      return Fault.BAD_CODING;
    }
    if (!codings.isEmpty() && head.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
      return Fault.MALFORMED;
    }
    return status == 101 && !upgradeAsked ? Fault.NOT_UPGRADED : null;
  }

  private boolean mayKeep(HttpResponse head) {
    keepMs = Hops.keepAliveMs(head.headers());
    return !upgradeAsked
        && keepMs > 0
        && head.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !Hops.closes(head.headers());
  }

  /** Only now is it known that nothing came with the answer. */
  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    if (!ended && listener == null && uses > 0) {
      if (decoder.hasExcess()) {
        discard();
      } else if (answerEnded) {
        answerEnded = false;
        read(true); // to see it close
        owner.onFree(this);
      }
    } else if (!ended && decoder.hasExcess()) {
      fail(Fault.MALFORMED);
    } else if (listener != null) {
      listener.onPause();
    }
    from.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    Listener to = listener;
    if (to != null && isWritable()) {
      to.onWritable();
    }
    from.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    fail(Fault.TERMINATED);
    from.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    // An answer that ends with the connection must not look whole after a reset.
    fail(Fault.TERMINATED);
  }

  private void fail(Fault fault) {
    Listener to = listener;
    discard();
    if (to != null) {
      to.onFailure(fault);
    }
  }
}
