package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.List;

/**
 * Proves at start-up, over one loopback connection, what {@link NettyConnection} relies on: the
 * pipeline is bare after the take-over, the head is exact, bytes that came with the request are not
 * lost, and the close is noticed.
 */
final class TakeoverCheck {

  private static final String REQUEST =
      "GET / HTTP/1.1\r\nHost: check\r\nConnection: Upgrade\r\nUpgrade: check\r\n\r\nearly";
  private static final String ANSWER = "HTTP/1.1 101 Switching Protocols\r\n\r\nearly";

  private final Promise<Void> done = Promise.promise();
  private final Buffer answer = Buffer.buffer();

  private TakeoverCheck() {}

  /**
   * Completes when the check has passed, within milliseconds; fails with an {@link
   * IllegalStateException} that says what does not hold.
   */
  static Future<Void> run(Vertx vertx) {
    TakeoverCheck check = new TakeoverCheck();
    HttpServer server = vertx.createHttpServer(TakeoverOptions.require(new HttpServerOptions()));
    NetClient client = vertx.createNetClient();
    server
        .requestHandler(check::serve)
        .listen(0, "127.0.0.1")
        .compose(listening -> client.connect(listening.actualPort(), "127.0.0.1"))
        .onSuccess(check::ask)
        .onFailure(check.done::tryFail);
    long deadline =
        vertx.setTimer(30_000, late -> check.fail("an answer came within 30 s, but none did"));
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
    request.response().setStatusCode(101);
    NettyConnection connection = Takeover.of(request);
    List<String> names = connection.channel().pipeline().names();
    if (!names.get(0).equals(NettyConnection.NAME) || names.size() != 2) {
      fail("the pipeline holds our handler alone, but it holds " + names);
    }
    connection.start(new Echo(connection));
    connection.flush();
  }

  private void ask(NetSocket socket) {
    socket.handler(
        bytes -> {
          answer.appendBuffer(bytes);
          if (answer.toString().equals(ANSWER)) {
            socket.close();
          } else if (answer.length() >= ANSWER.length()) {
            fail("the head and the early bytes are exact, but they are: " + answer);
          }
        });
    socket.write(REQUEST);
  }

  private void fail(String what) {
    done.tryFail(
        new IllegalStateException(
            "the take-over of connections does not work with this Vert.x · expected that " + what));
  }

  private final class Echo implements NettyConnection.Listener {
    private final NettyConnection connection;

    Echo(NettyConnection connection) {
      this.connection = connection;
    }

    @Override
    public void onBytes(ByteBuf bytes) {
      connection.write(bytes);
      connection.flush();
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClosed() {
      done.tryComplete();
    }
  }
}
