package io.sluice.proxy;

import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One request on its way to an upstream, and its answer on the way back. */
final class Passage {

  private final Vertx vertx;
  private final HttpClient client;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Route route;
  private final String path;
  private final Promise<String> outcome = Promise.promise();
  private final boolean hasBody;
  private @Nullable HttpClientRequest upstream;
  private long timer = -1;
  private boolean timedOut;
  private boolean clientGone;
  private boolean retried;
  private boolean requestEnded;

  Passage(Vertx vertx, HttpClient client, HttpServerRequest request, Routes.Match match) {
    this.vertx = vertx;
    this.client = client;
    this.request = request;
    this.response = request.response();
    this.route = match.route();
    this.path = Objects.requireNonNull(match.upstreamPath());
    this.hasBody =
        request.headers().contains(HttpHeaders.CONTENT_LENGTH)
            || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  /** Completes when the answer has ended, with its status class or the slug of a problem. */
  Future<String> run() {
    request.pause();
    response.closeHandler(gone -> clientLeft());
    response.exceptionHandler(failure -> clientLeft());
    connect();
    return outcome.future();
  }

  private void connect() {
    URI to = Objects.requireNonNull(route.upstream()).targets().get(0);
    RequestOptions options =
        new RequestOptions()
            .setMethod(request.method())
            .setHost(to.getHost())
            .setPort(to.getPort() < 0 ? 80 : to.getPort())
            .setURI(target());
    client.request(options).onSuccess(this::send).onFailure(this::failed);
  }

  /** The path and query as they came; never an absolute URI, whose host could be another one. */
  private String target() {
    String query = request.query();
    return query == null ? path : path + "?" + query;
  }

  private void send(HttpClientRequest to) {
    if (clientGone) {
      to.reset();
      return;
    }
    upstream = to;
    ForwardedHeaders.request(request, to.headers());
    to.response().onSuccess(this::answer).onFailure(this::failed);
    if (hasBody) {
      sendBody(to);
    } else {
      requestEnded = true;
      request.resume();
      to.end();
      awaitHead();
    }
  }

  private void sendBody(HttpClientRequest to) {
    to.setChunked(!request.headers().contains(HttpHeaders.CONTENT_LENGTH));
    if (request.headers().contains(HttpHeaders.EXPECT, "100-continue", true)) {
      response.writeContinue();
    }
    request
        .pipe()
        .endOnFailure(false)
        .to(to)
        .onSuccess(
            ended -> {
              requestEnded = true;
              awaitHead();
            })
        .onFailure(cut -> bodyCut(to));
  }

  /** The upstream took no more, and may still answer why; or the client sent no more. */
  private void bodyCut(HttpClientRequest to) {
    if (clientGone) {
      to.reset();
    } else {
      awaitHead();
    }
  }

  private void awaitHead() {
    if (timer < 0 && !response.headWritten() && !outcome.future().isComplete()) {
      timer = vertx.setTimer(Proxy.FIRST_BYTE_TIMEOUT_MS, late -> timeOut());
    }
  }

  private void timeOut() {
    timedOut = true;
    if (upstream != null) {
      upstream.reset();
    }
  }

  private void answer(HttpClientResponse from) {
    stopTimer();
    if (clientGone) {
      return;
    }
    if (from.statusCode() < 200) {
      refuse(Problem.Kind.UPSTREAM_BAD, "it changed protocols without being asked");
      return;
    }
    response.setStatusCode(from.statusCode()).setStatusMessage(from.statusMessage());
    ForwardedHeaders.response(from.headers(), response.headers());
    if (bodiless(from)) {
      response.end().onComplete(sent -> ended(from));
      return;
    }
    response.setChunked(!response.headers().contains(HttpHeaders.CONTENT_LENGTH));
    from.pipe()
        .endOnFailure(false)
        .to(response)
        .onSuccess(done -> ended(from))
        .onFailure(cut -> cut());
  }

  private boolean bodiless(HttpClientResponse from) {
    return request.method().equals(HttpMethod.HEAD)
        || from.statusCode() == 204
        || from.statusCode() == 304;
  }

  private void ended(HttpClientResponse from) {
    outcome.tryComplete(from.statusCode() / 100 + "xx");
    if (!requestEnded) {
      // The rest of the request's body is on the way and nobody reads it.
      request.connection().close();
    }
  }

  /** The answer has begun and cannot be completed: only a broken connection tells the client. */
  private void cut() {
    outcome.tryComplete("cut");
    response.reset();
    if (upstream != null) {
      upstream.reset();
    }
  }

  private void clientLeft() {
    if (clientGone || response.ended()) {
      return;
    }
    clientGone = true;
    stopTimer();
    outcome.tryComplete("client-left");
    if (upstream != null) {
      upstream.reset();
    }
  }

  private void failed(Throwable failure) {
    stopTimer();
    if (clientGone || outcome.future().isComplete()) {
      return;
    }
    if (mayRepeat(failure)) {
      retried = true;
      connect();
      return;
    }
    Refusal refusal = timedOut ? Refusal.LATE : Refusal.of(failure);
    refuse(refusal.kind(), refusal.why());
  }

  /** A kept connection that the upstream closed meanwhile; RFC 9110 §9.2.2 lets these repeat. */
  private boolean mayRepeat(Throwable failure) {
    return !retried
        && !timedOut
        && !hasBody
        && failure instanceof HttpClosedException
        && (request.method().equals(HttpMethod.GET)
            || request.method().equals(HttpMethod.HEAD)
            || request.method().equals(HttpMethod.OPTIONS));
  }

  private void refuse(Problem.Kind kind, String why) {
    outcome.tryComplete(kind.slug());
    if (!requestEnded) {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    kind.with("upstream of " + route.path().text() + ": " + why).send(response);
    if (!requestEnded) {
      request.connection().close();
    }
  }

  private void stopTimer() {
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
  }
}
