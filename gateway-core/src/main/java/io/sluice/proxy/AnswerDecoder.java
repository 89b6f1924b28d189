package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Reads one answer for each request, and nothing else: bytes that come before a request, after its
 * answer, or between two are never taken for an answer. Whoever owns the connection asks {@link
 * #hasExcess} before it is used again.
 */
final class AnswerDecoder extends HttpResponseDecoder {

  private static final int MAX_LINE_BYTES = 8 << 10;
  private static final int MAX_HEADER_BYTES = 64 << 10;
  private static final int MAX_CHUNK_BYTES = 16 << 10;

  private HttpMethod method = HttpMethod.GET;
  private boolean expecting;
  private boolean interim;
  private boolean excess;
  private boolean upgraded;

  AnswerDecoder() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setMaxChunkSize(MAX_CHUNK_BYTES));
  }

  /** From now on one answer is expected, to a request of this method. */
  void expect(HttpMethod method) {
    this.method = method;
    this.expecting = true;
  }

  /** Whether bytes came that belong to no answer. */
  boolean hasExcess() {
    return excess;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    if (!expecting) {
      excess |= in.isReadable();
      in.skipBytes(in.readableBytes());
      return;
    }
    int before = out.size();
    super.decode(context, in, out);
    for (int i = before; i < out.size(); i++) {
      watch(out.get(i));
    }
  }

  private void watch(Object part) {
    if (part instanceof HttpResponse head) {
      interim =
          head.status().codeClass() == HttpStatusClass.INFORMATIONAL && head.status().code() != 101;
    }
    if (part instanceof LastHttpContent && !interim && !upgraded) {
      expecting = false;
    }
  }

  /** After 101 nothing is HTTP any more: this decoder hands it on as it comes. */
  @Override
  protected boolean isSwitchingToNonHttp1Protocol(HttpResponse head) {
    upgraded = head.status().code() == 101;
    return upgraded;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    if (message instanceof HttpResponse head && head.status().code() == 101) {
      return true;
    }
    boolean isFinal =
        !(message instanceof HttpResponse head)
            || head.status().codeClass() != HttpStatusClass.INFORMATIONAL;
    return (isFinal && method.equals(HttpMethod.HEAD)) || super.isContentAlwaysEmpty(message);
  }
}
