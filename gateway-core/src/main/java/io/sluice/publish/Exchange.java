package io.sluice.publish;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.prometheus.metrics.core.datapoints.Timer;
import io.sluice.access.Credential;
import io.sluice.channel.Loop;
import io.sluice.config.Config;
import io.sluice.http.Deadlines;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request on the listener and its one answer. Belongs to the request's loop. */
final class Exchange {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /** What may pass is worth another try after this. */
  private static final String RETRY_AFTER_S = "1";

  /** A refused body up to this size is read and dropped, so that the connection can go on. */
  private static final long DROPPED_BYTES = 64 << 10;

  private static final int ANSWER_BYTES = 160;
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  /** How long a client that is still sending has to read a refusal before it is cut. */
  private static final long LINGER_MS = 1000;

  final HttpServerRequest request;
  final RequestTarget target;
  final Credential credential;
  private final Loop loop;
  private final Deadlines deadlines;
  private final Metrics metrics;
  private final Config.Publish config;
  private final BodyBudget.Share share;
  private final Timer timer;
  private final long declaredLength;
  private boolean bodyWanted;

  /** The request as it came, with who asks. */
  record Asked(HttpServerRequest request, RequestTarget target, Credential credential) {}

  Exchange(Asked asked, Loop loop, Deadlines deadlines, PublishApi.Parts parts) {
    this.request = asked.request;
    this.target = asked.target;
    this.credential = asked.credential;
    this.loop = loop;
    this.deadlines = deadlines;
    this.metrics = parts.metrics();
    this.config = parts.config();
    this.share = parts.bodies().new Share();
    this.timer = metrics.publishDuration.startTimer();
    this.declaredLength = declaredLength(request);
  }

  /**
   * Reads the whole body, unless it is larger than its limit, slower than its time-out or finds no
   * room: then the request is refused and the rest is not read.
   */
  void body(Consumer<byte[]> receiver) {
    if (declaredLength > config.maxBodyBytes()) {
      refuse(tooLarge());
      return;
    }
    freeShareWhenDone();
    BodyReader reader = new BodyReader(config.maxBodyBytes());
    Deadlines.Deadline late = deadlines.begin(() -> stopBody(tooSlow()));
    request.handler(
        buffer -> {
          Problem problem = take(reader, buffer);
          if (problem != null) {
            late.cancel();
            stopBody(problem);
          }
        });
    request.endHandler(
        end -> {
          late.cancel();
          try {
            receiver.accept(reader.bytes());
          } catch (OutOfMemoryError full) {
            share.release();
            send(noMemory(full));
          }
        });
    request.exceptionHandler(
        gone -> {
          late.cancel();
          share.release();
          LOG.debug("a publisher left: {}", gone.toString());
        });
    continueBody();
  }

  private @Nullable Problem take(BodyReader reader, Buffer piece) {
    try {
      if (!reader.add(piece)) {
        return tooLarge();
      }
    } catch (OutOfMemoryError full) {
      return noMemory(full);
    }
    return share.resize(reader.size()) ? null : noRoom();
  }

  private void stopBody(Problem problem) {
    request.handler(null).endHandler(null);
    share.release();
    refuse(problem);
  }

  /** What this request holds of the budget for bodies; given back when the answer has gone. */
  BodyBudget.Share share() {
    return share;
  }

  private void freeShareWhenDone() {
    request.response().endHandler(done -> share.release()).closeHandler(gone -> share.release());
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
        .putHeader(HttpHeaders.CONTENT_TYPE, JSON)
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
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
      ByteBuf json = Unpooled.buffer(ANSWER_BYTES);
      results.result().writeTo(json);
      answer(Buffer.buffer(ByteBufUtil.getBytes(json)));
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
    } else if (problem.kind() != Problem.Kind.BODY_TIMEOUT
        && isSmall()
        && (bodyWanted || !expectsContinue())) {
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

  private Problem tooLarge() {
    metrics.limitsHit.labelValues("publish.max-body").inc();
    return Problem.Kind.TOO_LARGE.with(
        "the body has more than "
            + config.maxBodyBytes()
            + " bytes (publish.max-body): send it in parts");
  }

  /** Bytes that should have come have not (PUB-15). */
  Problem tooSlow() {
    metrics.limitsHit.labelValues("publish.body-timeout").inc();
    return Problem.Kind.BODY_TIMEOUT.with(
        "the rest did not come within "
            + config.bodies().timeoutText()
            + " (publish.body-timeout): send it again");
  }

  /** The node holds as many bytes of bodies as it may (PUB-16). */
  Problem noRoom() {
    metrics.limitsHit.labelValues("publish.body-memory").inc();
    return Problem.Kind.OVERLOADED.with(
        "the bodies that are coming in fill publish.body-memory: try again in a second");
  }

  private Problem noMemory(OutOfMemoryError full) {
    metrics.outOfMemory("a publish", full);
    return Publisher.noMemory();
  }

  /** Counts from the arrival of the request. */
  void observeDuration() {
    timer.observeDuration();
  }
}
