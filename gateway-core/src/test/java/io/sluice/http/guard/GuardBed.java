package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.sluice.channel.FakeLoops;
import io.sluice.config.Config;
import io.sluice.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A guard before Netty's decoder, and what each of them lets through. */
@NullMarked
final class GuardBed implements AutoCloseable {

  private static final int LINE = 8 << 10;
  private static final int HEADERS = 16 << 10;

  final FakeLoops loops = new FakeLoops(1);
  final Metrics metrics = new Metrics();
  final Guard guard;
  final EmbeddedChannel channel;
  final ByteArrayOutputStream passed = new ByteArrayOutputStream();
  final List<Seen> requests = new ArrayList<>();
  @Nullable Violation violation;
  boolean violationInBody;
  boolean decoderRefused;

  /** Whether a request that comes is answered at once, and whether its answer is the last. */
  boolean answersAtOnce = true;

  boolean answersLast;

  /** Ends the answer to the request at hand. */
  void answer() {
    Objects.requireNonNull(answer).ended = true;
    channel.writeOutbound(Unpooled.copiedBuffer("answer", StandardCharsets.ISO_8859_1));
    channel.runPendingTasks();
  }

  private @Nullable Answer answer;

  private static final class Answer implements Served {
    private final boolean last;
    private boolean ended;

    Answer(boolean ended, boolean last) {
      this.ended = ended;
      this.last = last;
    }

    @Override
    public boolean isBegun() {
      return ended;
    }

    @Override
    public boolean isAnswered() {
      return ended;
    }

    @Override
    public boolean isLast() {
      return last;
    }
  }

  /** A request as a handler sees it. */
  static final class Seen {
    final String method;
    final String target;
    final List<String> headers = new ArrayList<>();
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean complete;

    Seen(String method, String target) {
      this.method = method;
      this.target = target;
    }

    @Override
    public String toString() {
      return method + " " + target + " " + headers + " " + body + (complete ? "" : " …");
    }
  }

  GuardBed() {
    Config.Limits limits = Config.Limits.DEFAULT;
    Door door =
        new Door(loops.loop(0), limits, new Sockets(limits.door().sockets(), metrics), metrics);
    guard = new Guard(door);
    channel = new EmbeddedChannel();
    channel.pipeline().addLast(Guard.NAME, guard);
    channel.pipeline().addLast("record", new Passed());
    channel
        .pipeline()
        .addLast("httpDecoder", new HttpRequestDecoder(LINE + 16, HEADERS + 16, 8192));
    channel.pipeline().addLast("handler", new Handler());
  }

  /** Sends bytes in parts of at most so many. */
  GuardBed send(byte[] bytes, int part) {
    for (int from = 0; from < bytes.length; from += part) {
      int length = Math.min(part, bytes.length - from);
      channel.writeInbound(Unpooled.copiedBuffer(bytes, from, length));
    }
    return this;
  }

  GuardBed send(byte[] bytes) {
    return send(bytes, bytes.length);
  }

  /** {@code pass}, {@code cut} or a status. */
  String outcome() {
    Violation found = violation;
    if (found == null) {
      return "pass";
    }
    return violationInBody ? "cut" : Integer.toString(found.problem().kind().status());
  }

  @Override
  public void close() {
    channel.finishAndReleaseAll();
  }

  private final class Passed extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      if (message instanceof ByteBuf bytes) {
        byte[] copy = new byte[bytes.readableBytes()];
        bytes.getBytes(bytes.readerIndex(), copy);
        passed.writeBytes(copy);
      }
      from.fireChannelRead(message);
    }
  }

  private final class Handler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      try {
        read(message);
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    private void read(Object message) {
      if (message instanceof DecoderResultProvider result && result.decoderResult().isFailure()) {
        if (result.decoderResult().cause() instanceof Violation found) {
          violation = found;
          violationInBody = !(message instanceof HttpRequest);
        } else {
          decoderRefused = true;
        }
        return;
      }
      if (message instanceof HttpRequest request) {
        Seen seen = new Seen(request.method().name(), request.uri());
        request.headers().forEach(h -> seen.headers.add(h.getKey() + ": " + h.getValue()));
        requests.add(seen);
        answer = new Answer(answersAtOnce, answersLast);
        guard.serves(answer);
      }
      if (message instanceof HttpContent content) {
        Seen last = requests.get(requests.size() - 1);
        byte[] data = new byte[content.content().readableBytes()];
        content.content().getBytes(content.content().readerIndex(), data);
        last.body.writeBytes(data);
        last.complete |= message instanceof LastHttpContent;
      }
    }
  }
}
