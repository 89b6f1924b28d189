package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The head of an answer whose body has no known length, in the bytes of HTTP/1 (RFC 9112 §4). */
final class ResponseHead {

  private ResponseHead() {}

  /** Whether the body is chunked: unless there is none (101) or the client speaks HTTP/1.0. */
  static boolean isChunked(HttpServerRequest request) {
    return !isOld(request) && request.response().getStatusCode() != 101;
  }

  private static boolean isOld(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_1_0;
  }

  /** Status and headers as they were set on the request's response. */
  static ByteBuf of(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    StringBuilder head =
        new StringBuilder(256)
            .append(isOld(request) ? "HTTP/1.0 " : "HTTP/1.1 ")
            .append(response.getStatusCode())
            .append(' ')
            .append(response.getStatusMessage())
            .append("\r\n");
    for (Map.Entry<String, String> header : response.headers()) {
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    if (isChunked(request)) {
      head.append("Transfer-Encoding: chunked\r\n");
    }
    byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    return Unpooled.wrappedBuffer(bytes);
  }
}
