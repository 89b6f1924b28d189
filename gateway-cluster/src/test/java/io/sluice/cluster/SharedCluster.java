package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.server.BrokerFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes that the tests of this process share, because members take seconds to find each
 * other. Each gateway of a test is a {@link Guest}, whose channels have names of their own.
 */
@NullMarked
final class SharedCluster {

  private static final int NODES = 3;

  private final Map<Long, Guest> guests = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final TestCluster cluster;

  private SharedCluster() {
    cluster = TestCluster.keeping(NODES, this::historyOf);
    for (int i = 0; i < NODES; i++) {
      cluster.nodes.get(i).broker.listener(new Arrivals(i));
    }
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
  }

  /** Started when it is needed first. */
  static SharedCluster here() {
    return Started.ONE;
  }

  List<TestNode> nodes() {
    return cluster.nodes;
  }

  /** Makes one broker for each node, in their order. */
  BrokerFactory guest() {
    Guest guest = new Guest(this, numbers.incrementAndGet());
    guests.put(guest.number(), guest);
    return guest;
  }

  void forget(Guest guest) {
    guests.remove(guest.number());
  }

  /** As the guest has it whose channel it is. */
  private History historyOf(String name) {
    Guest guest = guestOf(name);
    return guest == null ? History.DEFAULT : guest.historyOf(name);
  }

  private @Nullable Guest guestOf(String name) {
    return guests.get(Guest.numberIn(name));
  }

  /** What a node hears, which goes to the guest whose channel it is of. */
  private final class Arrivals implements Broker.Listener {
    private final int node;

    Arrivals(int node) {
      this.node = node;
    }

    @Override
    public void onBatch(Batch batch) {
      tell(batch.channel(), seat -> seat.onBatch(batch));
    }

    @Override
    public void onUnavailable(String name, Broker.Unavailable failure) {
      tell(name, seat -> seat.onUnavailable(name, failure));
    }

    @Override
    public void onReset(String name) {
      tell(name, seat -> seat.onReset(name));
    }

    @Override
    public int readers(String name) {
      Guest guest = guestOf(name);
      return guest == null ? 0 : guest.seat(node).readers(name);
    }

    private void tell(String name, Consumer<Broker.Listener> what) {
      Guest guest = guestOf(name);
      if (guest != null) { // else it has left, and what it followed lingers
        what.accept(guest.seat(node));
      }
    }
  }

  private static final class Started {
    private static final SharedCluster ONE = new SharedCluster();
  }
}
