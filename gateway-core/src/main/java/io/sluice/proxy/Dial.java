package io.sluice.proxy;

import io.sluice.channel.Loop;
import io.vertx.core.Context;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.function.Consumer;

/**
 * Makes connections to one target, on one loop. {@code connect-timeout} bounds all of it: the
 * search for the name's addresses, which has bounds of its own, and the connection to one of them.
 */
final class Dial implements Pool.Connector {

  private static final int HTTP_PORT = 80;

  private final NetClient client;
  private final Context context;
  private final Loop loop;
  private final int connectMs;
  private final ConnectOptions options;

  /**
   * @param context of the loop
   */
  Dial(NetClient client, Context context, Loop loop, Target.Key key) {
    this.client = client;
    this.context = context;
    this.loop = loop;
    this.connectMs = (int) key.connectMs();
    int port = key.uri().getPort();
    this.options =
        new ConnectOptions()
            .setHost(host(key.uri().getHost()))
            .setPort(port < 0 ? HTTP_PORT : port)
            .setTimeout(connectMs);
  }

  /** Without the brackets of an IPv6 address. */
  private static String host(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public void connect(
      UpstreamConnection.Owner owner, Consumer<UpstreamConnection> made, Consumer<Fault> failed) {
    context.runOnContext(go -> new Attempt(owner, made, failed).begin());
  }

  /** One connection under way. */
  private final class Attempt {
    private final UpstreamConnection.Owner owner;
    private final Consumer<UpstreamConnection> made;
    private final Consumer<Fault> failed;
    private boolean over;

    Attempt(
        UpstreamConnection.Owner owner, Consumer<UpstreamConnection> made, Consumer<Fault> failed) {
      this.owner = owner;
      this.made = made;
      this.failed = failed;
    }

    void begin() {
      Loop.Timer late = loop.after(connectMs, () -> fail(Fault.CONNECT_TIMEOUT));
      client
          .connect(options)
          .onSuccess(
              socket -> {
                late.cancel();
                succeed(socket);
              })
          .onFailure(
              failure -> {
                late.cancel();
                fail(Fault.ofConnecting(failure));
              });
    }

    private void succeed(NetSocket socket) {
      if (over) {
        socket.close();
      } else {
        over = true;
        made.accept(UpstreamConnection.on(Channels.of(socket), owner));
      }
    }

    private void fail(Fault fault) {
      if (!over) {
        over = true;
        failed.accept(fault);
      }
    }
  }
}
