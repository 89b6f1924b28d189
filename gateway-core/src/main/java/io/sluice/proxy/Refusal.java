package io.sluice.proxy;

import io.netty.channel.ConnectTimeoutException;
import io.sluice.http.Problem;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.net.ConnectException;
import java.net.UnknownHostException;

/**
 * What a failure of an upstream is to the client.
 *
 * @param why for people
 */
record Refusal(Problem.Kind kind, String why) {

  static final Refusal LATE =
      new Refusal(
          Problem.Kind.UPSTREAM_TIMEOUT,
          "no answer within " + Proxy.FIRST_BYTE_TIMEOUT_MS / 1000 + " s");

  static Refusal of(Throwable failure) {
    if (failure instanceof ConnectTimeoutException) {
      return new Refusal(
          Problem.Kind.UPSTREAM_TIMEOUT,
          "no connection within " + Proxy.CONNECT_TIMEOUT_MS / 1000 + " s");
    }
    if (failure instanceof ConnectionPoolTooBusyException) {
      return new Refusal(Problem.Kind.OVERLOADED, "too many requests wait for it");
    }
    if (failure instanceof ConnectException) {
      return bad("it refused the connection: is it running?");
    }
    if (failure instanceof UnknownHostException) {
      return bad("its host name is not known");
    }
    return bad("it ended the connection without a proper answer");
  }

  private static Refusal bad(String why) {
    return new Refusal(Problem.Kind.UPSTREAM_BAD, why);
  }
}
