package io.sluice.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.channel.Event;
import io.sluice.metrics.ClusterMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way to each other node: one message at a time is under way, and what gathers meanwhile goes
 * with the next. What a node cannot take in time is dropped and counted; it finds out by itself.
 */
final class HazelcastPeers implements Peers {

  /** What waits for one node at most. */
  static final long MAX_WAITING_BYTES = 32 << 20;

  private static final long MESSAGE_BYTES = 1 << 20;

  private final HazelcastInstance hazelcast;
  private final Members members;
  private final ClusterMetrics metrics;
  private final Map<Long, Way> ways = new ConcurrentHashMap<>();

  HazelcastPeers(HazelcastInstance hazelcast, Members members, ClusterMetrics metrics) {
    this.hazelcast = hazelcast;
    this.members = members;
    this.metrics = metrics;
  }

  @Override
  public void hint(long[] nodes, Hint hint) {
    for (long node : nodes) {
      ways.computeIfAbsent(node, Way::new).add(hint);
    }
  }

  /** A node is gone for good. */
  void drop(long node) {
    ways.remove(node);
  }

  /** Batches that wait for other nodes, in bytes. */
  long waitingBytes() {
    return ways.values().stream().mapToLong(way -> way.bytes.get()).sum();
  }

  private static long sizeBytes(Hint hint) {
    long bytes = Event.OVERHEAD_BYTES;
    for (Event event : hint.events().events()) {
      bytes += (long) event.sizeBytes() + Event.OVERHEAD_BYTES;
    }
    return bytes;
  }

  /** To one node. */
  private final class Way implements ExecutionCallback<Boolean> {
    private final long node;
    private final Queue<Hint> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean busy = new AtomicBoolean();

    Way(long node) {
      this.node = node;
    }

    void add(Hint hint) {
      if (bytes.addAndGet(sizeBytes(hint)) > MAX_WAITING_BYTES) {
        bytes.addAndGet(-sizeBytes(hint));
        metrics.hints("dropped", 1);
        return;
      }
      waiting.add(hint);
      sendNext();
    }

    private void sendNext() {
      while (!waiting.isEmpty() && busy.compareAndSet(false, true)) {
        List<Hint> message = gather();
        if (message.isEmpty() || !send(message)) {
          busy.set(false); // and look again: more may have come in between
        }
      }
    }

    private List<Hint> gather() {
      List<Hint> message = new ArrayList<>();
      long size = 0;
      for (Hint next = waiting.peek();
          next != null && size < MESSAGE_BYTES;
          next = waiting.peek()) {
        message.add(waiting.remove());
        size += sizeBytes(next);
      }
      bytes.addAndGet(-size);
      return message;
    }

    /** Whether it is under way; its end is told by the callback. */
    private boolean send(List<Hint> message) {
      Member member = members.member(node);
      if (member == null) {
        ways.remove(node, this); // its number will not come back
        metrics.hints("dropped", message.size());
        return false;
      }
      try {
        hazelcast
            .getExecutorService(HazelcastSettings.HINTS)
            .submitToMember(new Hints(hint -> {}, message), member, this);
      } catch (RejectedExecutionException | IllegalStateException stopping) {
        metrics.hints("dropped", message.size());
        return false;
      }
      metrics.message("hints");
      metrics.hints("sent", message.size());
      return true;
    }

    @Override
    public void onResponse(Boolean taken) {
      busy.set(false);
      sendNext();
    }

    @Override
    public void onFailure(Throwable failure) {
      busy.set(false); // it may have arrived or not; the other node finds out
      sendNext();
    }
  }
}
