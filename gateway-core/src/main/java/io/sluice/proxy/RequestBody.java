package io.sluice.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** The body of a client's request on its way, read no faster than the upstream takes it. */
final class RequestBody {

  private final HttpServerRequest request;
  private final ClientSide client;
  private final boolean chunked;
  private @Nullable UpstreamConnection to;
  private @Nullable Watcher watcher;
  private boolean begun;
  private boolean ended;
  private long bytes;

  /** Who wants to know how it goes. */
  interface Watcher {
    void onBodyProgress();

    void onBodyEnd();
  }

  /** Stops the body, if there is one, until {@link #pour}. */
  RequestBody(RequestHead head, ClientSide client) {
    this.request = head.request();
    this.client = client;
    this.chunked = head.isChunked();
    this.ended = !head.hasBody();
    if (!ended) {
      request.pause();
      if (chunked) {
        client.keepTrailers();
      }
    }
  }

  /** How it travels. */
  UpstreamConnection.Body framing() {
    if (ended) {
      return UpstreamConnection.Body.NONE;
    }
    return chunked ? UpstreamConnection.Body.CHUNKED : UpstreamConnection.Body.MEASURED;
  }

  /** Whether a part of it was taken, so that it cannot be sent to another target. */
  boolean isBegun() {
    return begun;
  }

  boolean isEnded() {
    return ended;
  }

  long bytes() {
    return bytes;
  }

  /** Sends it all. */
  void pour(UpstreamConnection to, Watcher watcher) {
    this.to = to;
    this.watcher = watcher;
    begun = true;
    request.handler(this::pass);
    request.endHandler(end -> end());
    request.resume();
  }

  private void pass(Buffer part) {
    UpstreamConnection target = to;
    Watcher told = watcher;
    bytes += part.length();
    if (target == null || told == null) {
      return;
    }
    target.sendBody(Unpooled.wrappedBuffer(part.getBytes()));
    told.onBodyProgress();
    if (!target.isWritable()) {
      request.pause();
    }
  }

  private void end() {
    ended = true;
    UpstreamConnection target = to;
    Watcher told = watcher;
    if (target != null && told != null) {
      target.end(chunked ? client.trailers() : EmptyHttpHeaders.INSTANCE);
      told.onBodyEnd();
    }
  }

  /** The upstream takes bytes again. */
  void resume() {
    if (begun && !ended) {
      request.resume();
    }
  }

  /** Nobody takes it any more. */
  void stop() {
    to = null;
    watcher = null;
    if (begun && !ended) {
      request.pause();
    }
  }
}
