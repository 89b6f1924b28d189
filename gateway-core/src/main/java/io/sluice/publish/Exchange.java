package io.sluice.publish;

import io.prometheus.metrics.core.datapoints.Timer;
import io.sluice.access.Credential;
import io.sluice.channel.Loop;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.sluice.metrics.Metrics;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request on the listener and its one answer. Belongs to the request's loop. */
final class Exchange {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /** What may pass is worth another try after this. */
  private static final String RETRY_AFTER_S = "1";

  /** A refused body up to this size is read and dropped, so that the connection can go on. */
  private static final long DROPPED_BYTES = 64 << 10;

  /** How long a client that is still sending has to read a refusal before it is cut. */
  private static final long LINGER_MS = 1000;

  final HttpServerRequest request;
  final RequestTarget target;
  final Credential credential;
  private final Loop loop;
  private final Metrics metrics;
  private final Timer timer;
  private final long declaredLength;
  private boolean bodyWanted;

  /** The request as it came, with who asks. */
  record Asked(HttpServerRequest request, RequestTarget target, Credential credential) {}

  Exchange(Asked asked, Loop loop, Metrics metrics) {
    this.request = asked.request;
    this.target = asked.target;
    this.credential = asked.credential;
    this.loop = loop;
    this.metrics = metrics;
    this.timer = metrics.publishDuration.startTimer();
    this.declaredLength = declaredLength(request);
  }

  /**
   * Reads the whole body, unless it is larger than a limit: then the request is refused and the
   * rest is not read.
   */
  void body(int maxBytes, Consumer<byte[]> receiver) {
    if (declaredLength > maxBytes) {
      refuse(tooLarge(maxBytes));
      return;
    }
    BodyReader reader = new BodyReader(maxBytes);
    request.handler(
        buffer -> {
          if (!reader.add(buffer)) {
            request.handler(null).endHandler(null);
            refuse(tooLarge(maxBytes));
          }
        });
    request.endHandler(end -> receiver.accept(reader.bytes()));
    request.exceptionHandler(gone -> LOG.debug("a publisher left: {}", gone.toString()));
    continueBody();
  }

  /** Tells a client that waits for it ({@code Expect: 100-continue}) to send its body. */
  void continueBody() {
    bodyWanted = true;
    if (expectsContinue()) {
      request.response().writeContinue();
    }
  }

  /** Ends with a result, 200. */
  void answer(JsonObject json) {
    answer(json.toBuffer());
  }

  /** Ends with a result that is JSON already, 200. */
  void answer(Buffer json) {
    var response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (isHead()) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(json.length())).end();
    } else {
      response.end(json);
    }
  }

  private boolean isHead() {
    return request.method().equals(HttpMethod.HEAD);
  }

  /** Ends with what became of a publish. */
  void answer(Publisher.Answer answer) {
    observeDuration();
    if (answer instanceof Publisher.Answer.Results results) {
      answer(results.json());
    } else {
      send(((Publisher.Answer.Failed) answer).problem());
    }
  }

  /** Ends with a refusal that no broker was asked for, and counts it. */
  void refuse(Problem problem) {
    if (!isHead() && !request.method().equals(HttpMethod.GET)) {
      PublishCounts.refused(metrics, problem);
    }
    send(problem);
  }

  /** Ends with a refusal. What is left of the body is dropped, or the connection closed. */
  void send(Problem problem) {
    var response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (problem.kind().status() == 503) {
      response.putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_S);
    }
    if (isHead()) {
      problem.sendHead(response);
    } else if (declaredLength == 0 || request.isEnded()) {
      problem.send(response);
    } else if (isSmall() && (bodyWanted || !expectsContinue())) {
      problem.send(response);
      request.handler(null).resume();
    } else {
      if (request.version() != HttpVersion.HTTP_2) {
        response.putHeader(HttpHeaders.CONNECTION, "close");
      }
      problem.send(response);
      cutUnread();
    }
  }

  private boolean isSmall() {
    return declaredLength >= 0 && declaredLength <= DROPPED_BYTES;
  }

  /** Ends a connection whose request is still coming though its answer has gone out. */
  void cutUnread() {
    if (request.isEnded()) {
      return;
    }
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset(0); // NO_ERROR: RFC 9113 §8.1
    } else {
      linger();
    }
  }

  /**
   * Closes the connection when the client has had time to read the answer: cutting a client that is
   * still sending would throw the answer away with the connection (RFC 9112 §9.6).
   */
  private void linger() {
    var connection = request.connection();
    BodyReader dropped = new BodyReader((int) DROPPED_BYTES);
    Loop.Timer cut = loop.after(LINGER_MS, connection::close);
    request.handler(
        buffer -> {
          if (!dropped.skip(buffer.length())) {
            request.pause();
          }
        });
    request.endHandler(
        end -> {
          cut.cancel();
          connection.close();
        });
    request.exceptionHandler(gone -> cut.cancel());
    request.resume();
  }

  /** Whether the client waits before it sends its body (RFC 9110 §10.1.1). */
  private boolean expectsContinue() {
    String expect = request.getHeader(HttpHeaders.EXPECT);
    return expect != null && expect.equalsIgnoreCase("100-continue");
  }

  /** The length that the head tells, or -1 for a body that goes on until it ends. */
  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? -1 : 0;
    }
    try {
      return Long.parseLong(length.trim());
    } catch (NumberFormatException tooLong) {
      return Long.MAX_VALUE;
    }
  }

  private Problem tooLarge(int maxBytes) {
    metrics.limitsHit.labelValues("publish.max-body").inc();
    return Problem.Kind.TOO_LARGE.with(
        "the body has more than " + maxBytes + " bytes (publish.max-body): send it in parts");
  }

  /** Counts from the arrival of the request. */
  void observeDuration() {
    timer.observeDuration();
  }
}
