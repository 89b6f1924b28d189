package io.sluice.publish;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.channel.Loop;
import io.sluice.config.Config;
import io.sluice.http.Problem;
import io.sluice.metrics.Metrics;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An NDJSON request: line by line, one publish in flight. Bytes are asked for only when all lines
 * at hand are answered and the answers are being read, so that a client which does not read is not
 * read either (PUB-6).
 */
final class LineStream {

  /** What a line has beside its data: members, channel names, escapes that are usual. */
  private static final int ENVELOPE_BYTES = 64 << 10;

  /** Results are sent when so many have gathered, or when no line is at hand. */
  private static final int WRITE_BYTES = 16 << 10;

  private final Exchange exchange;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Work work;
  private final Publisher.Sender sender;
  private final Lines lines;
  private final ByteBuf results = Unpooled.buffer(1024);
  private long line;
  private boolean asked;
  private boolean inputEnded;
  private boolean busy;
  private boolean finished;
  private boolean pumping;
  private Loop.@Nullable Timer watch;
  private long progressMs;

  /**
   * What a stream works with.
   *
   * @param form of the lines
   * @param draining whether publishing has ended
   */
  record Work(
      Publisher publisher,
      Form form,
      Body.Bounds bounds,
      Config.Publish config,
      Metrics metrics,
      Loop loop,
      BooleanSupplier draining) {}

  LineStream(Exchange exchange, Work work, Publisher.Sender sender) {
    this.exchange = exchange;
    this.request = exchange.request;
    this.response = request.response();
    this.work = work;
    this.sender = sender;
    int maxEvent = work.config.maxEventBytes();
    this.lines =
        new Lines((int) Math.min(Integer.MAX_VALUE - 8, maxEvent * 4L / 3 + ENVELOPE_BYTES));
  }

  void start() {
    request.pause();
    response.setChunked(true).putHeader("Content-Type", "application/x-ndjson");
    response.putHeader("Cache-Control", "no-store").putHeader("Incremental", "?1");
    request.handler(
        piece -> {
          asked = false;
          progressMs = work.loop.nowMs();
          lines.add(piece.getBytes());
          if (!exchange.share().resize(lines.heldBytes())) {
            line++;
            fail(exchange.noRoom());
          }
          pump();
        });
    request.endHandler(
        end -> {
          inputEnded = true;
          lines.finish();
          pump();
        });
    request.exceptionHandler(gone -> finish());
    response.exceptionHandler(gone -> finish());
    response.closeHandler(gone -> finish());
    exchange.continueBody();
    progressMs = work.loop.nowMs();
    watch(timeoutMs());
    pump();
  }

  private long timeoutMs() {
    return work.config.bodies().timeout().toMillis();
  }

  private void watch(long delayMs) {
    watch = work.loop.after(delayMs, this::look);
  }

  /**
   * Ends a stream whose client sends nothing (PUB-15). One that does not take its results is not
   * read and waits: what it holds is bounded, and the connection's guard ends it when it takes
   * nothing for {@code limits.stalled}.
   */
  private void look() {
    if (finished) {
      return;
    }
    boolean waits = busy || response.writeQueueFull();
    long left = waits ? timeoutMs() : progressMs + timeoutMs() - work.loop.nowMs();
    if (left > 0) {
      watch(left);
    } else {
      line++;
      fail(exchange.tooSlow());
    }
  }

  private void finish() {
    finished = true;
    exchange.share().release();
    if (watch != null) {
      watch.cancel();
    }
  }

  /** Goes on as far as possible; what it waits for calls it again. Never calls itself. */
  private void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    while (!busy && !finished && step()) {
      // each step takes one line, or ends the stream
    }
    pumping = false;
  }

  /** Takes the next line; false if something has to come first. */
  private boolean step() {
    if (results.readableBytes() >= WRITE_BYTES) {
      write();
    }
    if (response.writeQueueFull()) {
      response.drainHandler(
          drained -> {
            progressMs = work.loop.nowMs();
            pump();
          });
      return false;
    }
    byte[] next = lines.poll();
    if (next != null) {
      line++;
      take(next);
      return true;
    }
    if (lines.overlong()) {
      line++;
      work.metrics.limitsHit.labelValues("publish.max-event").inc();
      fail(Problem.Kind.TOO_LARGE.with("the line is too long for an event of publish.max-event"));
      return false;
    }
    if (inputEnded) {
      finish();
      response.end(gathered());
      return false;
    }
    write();
    return fetch();
  }

  /** Asks for one more piece, which may come before this returns. */
  private boolean fetch() {
    if (asked) {
      return false;
    }
    asked = true;
    exchange.share().resize(lines.heldBytes());
    request.fetch(1);
    return !asked || inputEnded;
  }

  private void take(byte[] bytes) {
    if (isBlank(bytes)) {
      return;
    }
    if (work.draining.getAsBoolean()) {
      fail(Problem.Kind.DRAINING.with("the node is stopping: send this line and the rest again"));
      return;
    }
    Body body = Body.read(bytes, Body.Shape.ITEM, work.form, work.bounds);
    if (body instanceof Body.Refused refused) {
      fail(refused.problem());
      return;
    }
    var timer = work.metrics.publishDuration.startTimer();
    busy = true;
    work.publisher.publish(
        sender,
        ((Body.Items) body).items().get(0),
        line,
        answer -> {
          timer.observeDuration();
          busy = false;
          progressMs = work.loop.nowMs();
          answer(answer);
          pump();
        });
  }

  private void answer(Publisher.Answer answer) {
    if (finished) {
      return;
    }
    if (answer instanceof Publisher.Answer.Results done) {
      done.result().writeTo(results);
      results.writeByte('\n');
    } else {
      Problem problem = ((Publisher.Answer.Failed) answer).problem();
      if (problem.kind() == Problem.Kind.ID_REUSED) {
        line(problem.json().put("line", line));
      } else {
        end(problem);
      }
    }
  }

  private void fail(Problem problem) {
    PublishCounts.refused(work.metrics, problem);
    end(problem);
  }

  /** The problem is the last line; what else was sent is not looked at. */
  private void end(Problem problem) {
    finish();
    line(problem.json().put("line", line));
    response.end(gathered());
    exchange.cutUnread();
  }

  private void line(JsonObject json) {
    Result.write(json, results);
    results.writeByte('\n');
  }

  private Buffer gathered() {
    Buffer all = Buffer.buffer(ByteBufUtil.getBytes(results));
    results.clear();
    return all;
  }

  /** Sends the results of the lines that came together, with one write. */
  private void write() {
    if (results.isReadable()) {
      response.write(gathered());
    }
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
