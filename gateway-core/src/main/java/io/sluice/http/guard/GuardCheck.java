package io.sluice.http.guard;

import io.sluice.channel.Loop;
import io.sluice.config.Config;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;

/**
 * Proves at start-up, over one loopback connection, what {@link HttpPipeline} relies on: a request
 * that Netty would let through is answered by the guard, after the answer to the request before it,
 * and the connection ends.
 */
final class GuardCheck {

  private static final String GOOD = "GET /good HTTP/1.1\r\nHost: check\r\n\r\n";
  private static final String BAD = "GET /bad HTTP/1.2\r\nHost: check\r\n\r\n";

  private final Promise<Void> done = Promise.promise();
  private final Buffer answer = Buffer.buffer();
  private final Door door;

  private GuardCheck() {
    Metrics metrics = new Metrics();
    Config.Limits limits = Config.Limits.DEFAULT;
    this.door =
        new Door(new NoTimers(), limits, new Sockets(limits.door().sockets(), metrics), metrics);
  }

  static Future<Void> run(Vertx vertx) {
    GuardCheck check = new GuardCheck();
    HttpServer server =
        vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false));
    var client = vertx.createNetClient();
    server
        .connectionHandler(connection -> check.door.open(connection, false))
        .requestHandler(check::serve)
        .invalidRequestHandler(check::refuse)
        .listen(0, "127.0.0.1")
        .compose(listening -> client.connect(listening.actualPort(), "127.0.0.1"))
        .onSuccess(check::ask)
        .onFailure(check.done::tryFail);
    long deadline = vertx.setTimer(30_000, late -> check.fail("the connection ends within 30 s"));
    return check
        .done
        .future()
        .onComplete(
            result -> {
              vertx.cancelTimer(deadline);
              client.close();
              server.close();
            });
  }

  private void serve(HttpServerRequest request) {
    if (!Door.serves(request) || !request.path().equals("/good")) {
      fail("only guarded requests are served, but " + request.path() + " was");
    }
    request.response().end("served");
  }

  private void refuse(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    if (!Door.serves(request) || !(cause instanceof Violation)) {
      fail("the guard refuses, but Vert.x did: " + cause);
    }
    request.response().end("refused");
    request.connection().close();
  }

  private void ask(NetSocket socket) {
    socket.handler(answer::appendBuffer);
    socket.closeHandler(closed -> judge());
    socket.write(GOOD + BAD + GOOD);
  }

  private void judge() {
    String text = answer.toString();
    int served = text.indexOf("served");
    if (served > 0 && text.indexOf("refused") > served && text.lastIndexOf("served") == served) {
      done.tryComplete();
    } else {
      fail("a bad request is answered in its turn and ends the connection, but came: " + text);
    }
  }

  private void fail(String what) {
    done.tryFail(
        new IllegalStateException(
            "the filter before the requests does not work with this Vert.x · expected that "
                + what));
  }

  /** A loop on which no time passes. */
  private static final class NoTimers implements Loop {
    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
      return () -> {};
    }

    @Override
    public boolean isCurrent() {
      return true;
    }

    @Override
    public long nowMs() {
      return 0;
    }

    @Override
    public int index() {
      return 0;
    }
  }
}
