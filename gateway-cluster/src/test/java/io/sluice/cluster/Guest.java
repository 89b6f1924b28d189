package io.sluice.cluster;

import io.sluice.channel.History;
import io.sluice.channel.nodes.Neighbours;
import io.sluice.server.BrokerFactory;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A gateway of a test at the nodes that all share, with a seat at each of them. */
@NullMarked
final class Guest implements BrokerFactory {

  private static final char END = '/';

  private final SharedCluster cluster;
  private final long number;
  private final AtomicInteger taken = new AtomicInteger();
  private final Map<Integer, Seat> seats = new ConcurrentHashMap<>();
  private final Map<String, Boolean> names = new ConcurrentHashMap<>();

  Guest(SharedCluster cluster, long number) {
    this.cluster = cluster;
    this.number = number;
  }

  long number() {
    return number;
  }

  /** Whose a channel is. */
  static long numberIn(String name) {
    return Long.parseLong(name.substring(0, name.indexOf(END)));
  }

  /** What the nodes call a channel of the guest's. */
  String name(String channel) {
    return number + (END + channel);
  }

  /** The same, of one that is going to be there. */
  String use(String channel) {
    String name = name(channel);
    names.put(name, true);
    return name;
  }

  /** What the guest calls it. */
  String channel(String name) {
    return name.substring(name.indexOf(END) + 1);
  }

  SharedCluster cluster() {
    return cluster;
  }

  Seat seat(int node) {
    return Objects.requireNonNull(seats.get(node));
  }

  History historyOf(String name) {
    return seat(0).historyOf(channel(name));
  }

  @Override
  public Made make(Parts parts) {
    int next = taken.getAndIncrement();
    TestNode node = cluster.nodes().get(next);
    Seat seat = new Seat(this, node, parts);
    seats.put(next, seat);
    return new Made(seat, new Around(seat, node.made.neighbours()));
  }

  /** The last one to leave takes with it what the guest has published. */
  private Future<Void> leave(Seat seat) {
    if (!seat.left() || !seats.values().stream().allMatch(Seat::hasLeft)) {
      return Future.succeededFuture();
    }
    Set<String> all = names.keySet();
    return Future.join(all.stream().map(name -> seat.node().broker.delete(name)).toList())
        .onComplete(done -> cluster.forget(this))
        .mapEmpty();
  }

  /** Who else is there: the same nodes for all guests, of which each asks its own. */
  private final class Around implements Neighbours {
    private final Seat seat;
    private final Neighbours shared;
    private volatile @Nullable Function<String, Future<String>> answers;

    Around(Seat seat, Neighbours shared) {
      this.seat = seat;
      this.shared = shared;
    }

    @Override
    public List<Node> nodes() {
      return shared.nodes();
    }

    @Override
    public int size() {
      return shared.size();
    }

    @Override
    public boolean hasQuorum() {
      return shared.hasQuorum();
    }

    @Override
    public String ownerOf(String channel) {
      return shared.ownerOf(name(channel));
    }

    /** No test of those that run here asks the other nodes. */
    @Override
    public Future<Map<String, String>> askAll(String question) {
      Function<String, Future<String>> asked = answers;
      return asked == null
          ? Future.succeededFuture(Map.of())
          : asked.apply(question).map(answer -> Map.of(seat.node().id, answer));
    }

    @Override
    public void answerWith(Function<String, Future<String>> own) {
      answers = own;
    }

    @Override
    public @Nullable State state() {
      return shared.state();
    }

    @Override
    public List<String> unready() {
      return shared.unready();
    }

    /** The node stays for others. */
    @Override
    public Future<Void> leave() {
      return Guest.this.leave(seat);
    }
  }
}
