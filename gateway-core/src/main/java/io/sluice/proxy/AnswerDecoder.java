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
import io.netty.util.AsciiString;
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

  /** Strictly (RFC 9112 §4): what Netty would make right of it, the client should not believe. */
  @Override
  protected HttpMessage createMessage(String[] statusLine) {
    boolean known = statusLine[0].equals("HTTP/1.1") || statusLine[0].equals("HTTP/1.0");
    if (!known || !isStatus(statusLine[1]) || !isPhrase(statusLine[2])) {
      throw new IllegalArgumentException("no status line of HTTP/1.1");
    }
    return super.createMessage(statusLine);
  }

  private static boolean isStatus(String code) {
    return code.length() == 3 && code.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isPhrase(String text) {
    return text.chars().allMatch(c -> (c >= ' ' && c != 0x7f) || c == '\t');
  }

  /** A name ends at its first blank, which only the colon may follow (RFC 9112 §5.1). */
  @Override
  protected AsciiString splitHeaderName(byte[] bytes, int start, int length) {
    int at = start + length;
    while (at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\t')) {
      at++;
    }
    if (at == bytes.length || bytes[at] != ':') {
      throw new IllegalArgumentException("a blank in the name of a header");
    }
    return super.splitHeaderName(bytes, start, length);
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
