package io.sluice.cli.bench;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** One run of a plan. */
public final class Load {

  /** Told how a run goes, about once a second, on the thread that runs it. */
  public interface Observer {
    /** Readers are being connected. */
    void onConnecting(int open, int all);

    /** Events are being published. */
    void onDeliveries(boolean warmingUp, long perSecond);
  }

  private static final long LAST_DELIVERIES_NS = TimeUnit.SECONDS.toNanos(10);
  private static final int LOOK_MS = 20;

  private final Plan plan;
  private final ProcessUse server;
  private final int threads;
  private final Observer observer;

  /**
   * A run that has not begun.
   *
   * @param serverPids processes of the server, if it runs on this machine
   * @param threads event loops for readers
   */
  public Load(Plan plan, List<Long> serverPids, int threads, Observer observer) {
    this.plan = plan;
    this.server = new ProcessUse(serverPids);
    this.threads = threads;
    this.observer = observer;
  }

  /**
   * Runs it, and waits for its end.
   *
   * @throws LoadException if the load cannot be put on; what is delivered wrongly is reported
   */
  public Report run() throws LoadException, InterruptedException {
    MultiThreadIoEventLoopGroup readerLoops = Sockets.loops(threads);
    MultiThreadIoEventLoopGroup publisherLoop = Sockets.loops(1);
    try {
      return run(readerLoops, publisherLoop.next());
    } finally {
      // In this order, so that nothing is published to readers that leave.
      publisherLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(2, TimeUnit.SECONDS);
      readerLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }
  }

  private Report run(MultiThreadIoEventLoopGroup readerLoops, EventLoop publisherLoop)
      throws LoadException, InterruptedException {
    long idleBytes = server.memoryBytes();
    server.cpuSeconds();
    Publishers publishers =
        new Publishers(plan, sockets(plan.publish().url(), 0), publisherLoop, System::nanoTime);
    Readers readers =
        new Readers(
            plan,
            sockets(plan.subscribe().url(), plan.shape().readers()),
            publishers.run(),
            readerLoops);
    readers.open(open -> observer.onConnecting(open, plan.shape().readers()));
    publishers.start();
    watch(readers, publishers, plan.pace().warmUp(), true);
    publishers.run().measureFromNow();
    Measure measure = new Measure(idleBytes);
    watch(readers, publishers, plan.pace().duration(), false);
    drain(readers, publishers);
    return measure.report(readers, publishers);
  }

  private Sockets sockets(String template, int connections) throws LoadException {
    URI url = Plan.url(template, plan.shape().channels().get(0));
    try {
      return new Sockets(url, connections);
    } catch (UnknownHostException e) {
      throw new LoadException("the host is not known: " + url.getHost());
    } catch (SSLException e) {
      throw new LoadException("TLS cannot be used: " + e.getMessage());
    }
  }

  private void watch(Readers readers, Publishers publishers, Duration time, boolean warmingUp)
      throws LoadException, InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    long before = readers.arrived();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      long span = Math.min(left, TimeUnit.SECONDS.toNanos(1));
      throwIfFailed(publishers, span);
      long now = readers.arrived();
      observer.onDeliveries(warmingUp, (now - before) * TimeUnit.SECONDS.toNanos(1) / span);
      before = now;
    }
  }

  /** Waits for a time, unless publishing fails meanwhile. */
  private static void throwIfFailed(Publishers publishers, long waitNs)
      throws LoadException, InterruptedException {
    try {
      publishers.failure().get(waitNs, TimeUnit.NANOSECONDS);
    } catch (TimeoutException goesOn) {
      return;
    } catch (ExecutionException e) {
      throw new LoadException(HttpWords.of(e));
    }
  }

  private void drain(Readers readers, Publishers publishers)
      throws LoadException, InterruptedException {
    publishers.stop().join();
    long end = System.nanoTime() + LAST_DELIVERIES_NS;
    while (readers.arrived() < publishers.expected() && System.nanoTime() < end) {
      throwIfFailed(publishers, TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
    }
  }

  /** From the end of the warm-up on. */
  private final class Measure {
    private final long beganNs = System.nanoTime();
    private final long idleBytes;
    private final double serverCpu = server.cpuSeconds();
    private final double ownCpu = ProcessUse.own().cpuSeconds();

    Measure(long idleBytes) throws LoadException {
      this.idleBytes = idleBytes;
    }

    Report report(Readers readers, Publishers publishers)
        throws LoadException, InterruptedException {
      double seconds = (System.nanoTime() - beganNs) / 1e9;
      double cpu = server.cpuSeconds() - serverCpu;
      double own = ProcessUse.own().cpuSeconds() - ownCpu;
      Histogram time = new Histogram();
      readers.sum(
          tally -> {
            tally.addTo(time);
            return 0L;
          });
      Report.Wrong wrong =
          new Report.Wrong(
              readers.sum(Tally::gaps),
              readers.sum(Tally::repeats),
              Math.max(0, publishers.expected() - readers.arrived()),
              readers.sum(Tally::closed));
      return new Report(
          seconds,
          publishers.events(),
          readers.sum(Tally::deliveries),
          time,
          wrong,
          own,
          new Report.Server(cpu, idleBytes, server.memoryBytes()));
    }
  }
}
