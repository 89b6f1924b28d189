package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import io.sluice.config.Upstream;
import io.sluice.http.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An upstream's answer on its way to the client, as fast as the client takes it. A small one leaves
 * in one piece; else the head leaves with the first bytes of the body, or as soon as the upstream
 * pauses.
 */
final class Answer {

  /** Less than this is copied, more is passed as it was read. */
  private static final int SMALL_BYTES = 4 << 10;

  private final RequestHead request;
  private final HttpServerResponse response;
  private final Upstream.HeaderChanges changes;
  private @Nullable ByteBuf held;
  private boolean bodiless;
  private boolean untilClose;
  private boolean last;
  private long bytes;

  Answer(RequestHead request) {
    this.request = request;
    this.response = request.request().response();
    this.changes = request.upstream().response();
  }

  /**
   * Takes the head; nothing is written yet.
   *
   * @param last whether the client's connection ends with this answer
   */
  void begin(HttpResponse from, boolean last) {
    this.last = last;
    int status = from.status().code();
    response.setStatusCode(status);
    if (status != 304 && !from.status().reasonPhrase().equals(response.getStatusMessage())) {
      // Vert.x knows a 304 by its usual phrase alone.
      response.setStatusMessage(from.status().reasonPhrase());
    }
    bodiless = status == 204 || status == 304 || request.request().method().equals(HttpMethod.HEAD);
    pass(from.headers());
    boolean measured = response.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
    if (!bodiless && !measured) {
      response.setChunked(true); // nothing for HTTP/1.0
      untilClose = request.isOld();
    }
    if (last || untilClose) {
      response.headersEndHandler(
          end -> response.headers().set(HttpHeaderNames.CONNECTION, "close"));
    }
  }

  /** What of an interim answer's headers passes. */
  HttpHeaders interim(HttpHeaders from) {
    HttpHeaders passed = new DefaultHttpHeaders();
    pass(
        from,
        (name, value) -> {
          if (!HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
            passed.add(name, value);
          }
        });
    return passed;
  }

  private void pass(HttpHeaders from) {
    MultiMap to = response.headers();
    pass(
        from,
        (name, value) -> {
          if (!HttpHeaderNames.TRAILER.contentEqualsIgnoreCase(name) || passesTrailers()) {
            to.add(name, value);
          }
        });
    for (Upstream.Header header : changes.add()) {
      to.add(header.name(), header.value());
    }
  }

  private void pass(HttpHeaders from, BiConsumer<CharSequence, CharSequence> to) {
    Hops hops = Hops.of(from);
    Iterator<Map.Entry<CharSequence, CharSequence>> all = from.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      CharSequence name = header.getKey();
      if (!hops.end(name) && !NameSet.isAmong(changes.remove(), name)) {
        to.accept(name, header.getValue());
      }
    }
  }

  private boolean passesTrailers() {
    return request.takesTrailers();
  }

  /** Writes the head and what has come of the body, if the client has not got them. */
  void show() {
    if (bodiless || response.closed()) {
      return;
    }
    if (held != null) {
      write();
    } else if (!response.headWritten() && untilClose) {
      response.write(Buffer.buffer());
    } else if (!response.headWritten()) {
      response.writeHead();
    }
  }

  /** Takes a part of the body; it is written with the next, or by {@link #show}, or at the end. */
  void pass(ByteBuf part) {
    if (held != null) {
      write();
    }
    held = part.retain();
  }

  /**
   * A small part of what was read is copied: it would keep all of it in memory until the client has
   * read.
   */
  private void write() {
    ByteBuf part = Objects.requireNonNull(held);
    held = null;
    bytes += part.readableBytes();
    if (part.readableBytes() < SMALL_BYTES) {
      response.write(Buffer.buffer(ByteBufUtil.getBytes(part)));
      part.release();
    } else {
      response.write(Channels.buffer(part)).onComplete(sent -> part.release());
    }
  }

  /** Forgets what is not written. */
  void drop() {
    ReferenceCountUtil.release(held);
    held = null;
  }

  boolean isFull() {
    return response.writeQueueFull();
  }

  /** Ends it; the whole has been passed. */
  void end(HttpHeaders trailers) {
    if (!trailers.isEmpty() && response.isChunked() && passesTrailers()) {
      for (Map.Entry<String, String> trailer : trailers) {
        if (Hops.mayTrail(trailer.getKey())) {
          response.trailers().add(trailer.getKey(), trailer.getValue());
        }
      }
    }
    if (untilClose) {
      if (held != null) {
        write();
      }
      response.end().onComplete(done -> request.request().connection().close());
    } else {
      endWithHeld();
    }
  }

  /** Head and body leave together if both came at once. */
  private void endWithHeld() {
    ByteBuf part = held;
    held = null;
    if (part == null) {
      response.end();
    } else {
      bytes += part.readableBytes();
      response.end(Channels.buffer(part)).onComplete(sent -> part.release());
    }
  }

  /** Whether the client has got a part of it, so that no other answer is possible. */
  boolean isShown() {
    return response.headWritten();
  }

  /**
   * Tells the client what failed instead; nothing must have been shown yet.
   *
   * @param last whether the client's connection ends with it
   */
  void refuse(Fault fault, String route, boolean last) {
    this.last = last;
    response.headers().clear();
    response.headersEndHandler(null);
    if (last) {
      response.putHeader("Connection", "close");
    }
    // Else the upstream's words would stand beside our status.
    response.setStatusMessage(HttpResponseStatus.valueOf(fault.kind().status()).reasonPhrase());
    response.putHeader("Proxy-Status", "sluice; error=" + fault.error());
    Problem problem = fault.kind().with("upstream of " + route + ": " + fault.why());
    if (request.request().method().equals(HttpMethod.HEAD)) {
      problem.sendHead(response);
    } else {
      problem.send(response);
    }
  }

  /**
   * Answers OPTIONS in the gateway's own name.
   *
   * @param last whether the client's connection ends with it
   */
  void none(boolean last) {
    response.setStatusCode(HttpResponseStatus.NO_CONTENT.code());
    if (last) {
      response.putHeader(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    response.end();
  }

  /** Whether the client was told that its connection ends with this answer. */
  boolean isLast() {
    return last;
  }

  /** Whether only the end of the connection ends the body. */
  boolean isUntilClose() {
    return untilClose;
  }

  int status() {
    return response.getStatusCode();
  }

  long bytes() {
    return bytes;
  }
}
