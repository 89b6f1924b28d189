package io.sluice.cluster;

import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of all channels of the cluster: the names that the members tell, merged, and what the
 * owner says of each. What was forgotten between the one and the other is made up for from the
 * names that follow, so that a page is short only where the channels end.
 *
 * <p>Each step begins on the loop: Hazelcast's threads that hand out answers may ask nothing.
 */
final class Listing {

  private final Loop loop;
  private final Owners owners;
  private final Function<String, Future<Broker.@Nullable Info>> inspect;
  private final int limit;
  private final List<Broker.Info> found = new ArrayList<>();
  private final Promise<List<Broker.Info>> page = Promise.promise();

  /**
   * A page to be.
   *
   * @param inspect what the owner says of a channel; null if it does not know it
   * @param limit channels on the page
   */
  Listing(
      Loop loop,
      Owners owners,
      Function<String, Future<Broker.@Nullable Info>> inspect,
      int limit) {
    this.loop = loop;
    this.owners = owners;
    this.inspect = inspect;
    this.limit = limit;
  }

  /** The channels after a name, in order. */
  Future<List<Broker.Info>> after(String name) {
    loop.run(() -> next(name));
    return page.future();
  }

  private void next(String afterName) {
    int wanted = limit - found.size();
    loop.receive(
        owners.names(afterName, wanted),
        names -> {
          if (names.failed()) {
            page.fail(Looks.unavailable(names.cause()));
          } else {
            inspect(names.result(), wanted);
          }
        });
  }

  private void inspect(List<String> names, int wanted) {
    loop.receive(
        Future.join(names.stream().map(inspect).toList()),
        infos -> {
          if (infos.failed()) {
            page.fail(infos.cause());
            return;
          }
          add(infos.result());
          if (names.size() == wanted && found.size() < limit) {
            next(names.get(names.size() - 1));
          } else {
            page.complete(List.copyOf(found));
          }
        });
  }

  private void add(CompositeFuture infos) {
    for (int i = 0; i < infos.size(); i++) {
      Broker.Info info = infos.resultAt(i);
      if (info != null) {
        found.add(info);
      }
    }
  }
}
