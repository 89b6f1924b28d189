package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.sluice.config.Upstream;
import io.sluice.http.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * An upstream's answer on its way to the client, as fast as the client takes it. The head leaves
 * with the first bytes of the body, or as soon as the upstream pauses.
 */
final class Answer {

  private final RequestHead request;
  private final HttpServerResponse response;
  private final Upstream.HeaderChanges changes;
  private boolean bodiless;
  private boolean untilClose;
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
    Set<String> dropped = Hops.of(from.getAll(HttpHeaderNames.CONNECTION));
    for (Map.Entry<String, String> header : from) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      boolean frames = name.equals("content-length");
      if (!frames && !dropped.contains(name) && !changes.remove().contains(name)) {
        passed.add(header.getKey(), header.getValue());
      }
    }
    return passed;
  }

  private void pass(HttpHeaders from) {
    Set<String> dropped = Hops.of(from.getAll(HttpHeaderNames.CONNECTION));
    for (Map.Entry<String, String> header : from) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      boolean foreign = name.equals("trailer") && !passesTrailers();
      if (!dropped.contains(name) && !foreign && !changes.remove().contains(name)) {
        response.headers().add(header.getKey(), header.getValue());
      }
    }
    for (Upstream.Header header : changes.add()) {
      response.headers().add(header.name(), header.value());
    }
  }

  private boolean passesTrailers() {
    return request.takesTrailers();
  }

  /** Writes the head if the client has not got it. */
  void showHead() {
    if (response.headWritten() || bodiless || response.closed()) {
      return;
    }
    if (untilClose) {
      response.write(Buffer.buffer());
    } else {
      response.writeHead();
    }
  }

  void pass(ByteBuf part) {
    bytes += part.readableBytes();
    response.write(Buffer.buffer(ByteBufUtil.getBytes(part)));
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
    var sent = response.end();
    if (untilClose) {
      sent.onComplete(done -> request.request().connection().close());
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
    response.headers().clear();
    response.headersEndHandler(null);
    if (last) {
      response.putHeader("Connection", "close");
    }
    response.putHeader("Proxy-Status", "sluice; error=" + fault.error());
    Problem problem = fault.kind().with("upstream of " + route + ": " + fault.why());
    if (request.request().method().equals(HttpMethod.HEAD)) {
      problem.sendHead(response);
    } else {
      problem.send(response);
    }
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
