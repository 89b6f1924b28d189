package io.sluice.http.guard;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** What a guard wants to know of the request that its connection is at. */
interface Served {

  /** Whether the head of the answer has been written. */
  boolean isBegun();

  /** Whether all of the answer has been written. */
  boolean isAnswered();

  /** Whether the answer says that the connection ends with it (RFC 9112 §9.6). */
  boolean isLast();

  /** A request of Vert.x. */
  static Served of(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    return new Served() {
      @Override
      public boolean isBegun() {
        return response.headWritten();
      }

      @Override
      public boolean isAnswered() {
        return response.ended();
      }

      @Override
      public boolean isLast() {
        return request.version() == HttpVersion.HTTP_1_0
            ? !response.headers().contains(HttpHeaders.CONNECTION, HttpHeaders.KEEP_ALIVE, true)
            : response.headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true);
      }
    };
  }
}
