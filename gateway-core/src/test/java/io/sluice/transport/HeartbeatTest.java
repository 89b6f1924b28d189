package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.FakeLoops;
import io.sluice.http.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

  private static final long INTERVAL_MS = 25_000;
  private static final long PONG_MS = 10_000;
  private static final long STALLED_MS = 60_000;

  private final FakeLoops loops = new FakeLoops(1);
  private final SkewedLoop loop = new SkewedLoop(loops.loop(0));
  private final Wheel wheel = new Wheel(loop, new SplittableRandom(1));
  private final FakePeer peer = new FakePeer();
  private final Beating stream = new Beating();
  private final Heartbeat heartbeat =
      new Heartbeat(wheel, new Heartbeat.Times(INTERVAL_MS, PONG_MS, STALLED_MS), stream);

  private static final class FakePeer implements Heartbeat.Peer {
    private boolean writable = true;
    private long pending;
    private long written;
    private long progress;
    private boolean vanished;

    void isStuckWith(long bytes) {
      writable = false;
      pending = bytes;
    }

    @Override
    public boolean isWritable() {
      return writable;
    }

    @Override
    public long bytesPending() {
      return pending;
    }

    @Override
    public long bytesWritten() {
      return written;
    }

    @Override
    public long progress() {
      return progress;
    }

    @Override
    public boolean isVanished(long silentMs) {
      return vanished && silentMs >= PONG_MS;
    }
  }

  private final class Beating implements Heartbeat.Stream {
    private final List<Long> beats = new ArrayList<>();
    private final List<CloseReason> dead = new ArrayList<>();
    private boolean wantsPong;
    private boolean answers;

    @Override
    public Heartbeat.Peer peer() {
      return peer;
    }

    @Override
    public boolean beat() {
      beats.add(loops.nowMs());
      if (answers) {
        loops.loop(0).after(5, heartbeat::heard);
      }
      return wantsPong;
    }

    @Override
    public void dead(CloseReason reason) {
      dead.add(reason);
    }
  }

  @BeforeEach
  void start() {
    heartbeat.start();
  }

  @Test
  @Proves("BEAT-1")
  void beatsEachInterval() {
    loops.advance(10 * INTERVAL_MS);

    assertThat(stream.beats).hasSizeBetween(9, 10);
    for (int i = 1; i < stream.beats.size(); i++) {
      assertThat(stream.beats.get(i) - stream.beats.get(i - 1))
          .isBetween(INTERVAL_MS - 200, INTERVAL_MS + 200);
    }
    assertThat(stream.dead).isEmpty();
  }

  @Test
  void beatsNoMoreAfterItWasStopped() {
    heartbeat.stop();

    loops.advance(10 * INTERVAL_MS);

    assertThat(stream.beats).isEmpty();
    assertThat(wheel.size()).isZero();
  }

  @Test
  @Proves("BEAT-2")
  void tellsAPeerThatDoesNotAnswerWithinThePongTimeout() {
    stream.wantsPong = true;

    loops.advance(INTERVAL_MS + PONG_MS + 300);

    assertThat(stream.beats).hasSize(1);
    assertThat(stream.dead).containsExactly(CloseReason.NO_PONG);
    assertThat(wheel.size()).isZero();
  }

  @Test
  @Proves("BEAT-2")
  void isContentWithAPeerThatAnswers() {
    stream.wantsPong = true;
    stream.answers = true;

    loops.advance(100 * INTERVAL_MS);

    assertThat(stream.dead).isEmpty();
    assertThat(stream.beats).hasSizeGreaterThan(98);
  }

  @Test
  @Proves("BEAT-2")
  void givesAMinuteWhenThePingWaitsBehindManyBytes() {
    stream.wantsPong = true;
    peer.written = Heartbeat.MUCH_BYTES + 1;

    loops.advance(INTERVAL_MS + STALLED_MS - INTERVAL_MS - 100);
    assertThat(stream.dead).isEmpty();
    loops.advance(INTERVAL_MS + 400);

    assertThat(stream.dead).containsExactly(CloseReason.NO_PONG);
  }

  @Test
  @Proves("BEAT-4")
  void doesNotTellASlowReaderWhosePingIsStillWaiting() {
    stream.wantsPong = true;
    peer.written = 1 << 20;
    loops.advance(INTERVAL_MS + 100);
    peer.isStuckWith(1 << 19);

    for (int i = 0; i < 600; i++) {
      peer.progress++;
      loops.advance(1000);
    }

    assertThat(stream.dead).isEmpty();
  }

  @Test
  @Proves("BEAT-3")
  void tellsAPeerThatVanishedAlsoWithoutPongs() {
    peer.vanished = true;

    loops.advance(INTERVAL_MS + PONG_MS + 300);

    assertThat(stream.dead).containsExactly(CloseReason.NO_PONG);
  }

  @Test
  @Proves("BEAT-4")
  void tellsASocketThatTakesNothingForTheStallTime() {
    peer.isStuckWith(1000);

    loops.advance(STALLED_MS - 100);
    assertThat(stream.dead).isEmpty();
    loops.advance(INTERVAL_MS + 400);

    assertThat(stream.dead).containsExactly(CloseReason.STALLED);
    assertThat(stream.beats).isEmpty();
  }

  @Test
  @Proves("BEAT-4")
  void countsTheStallFromWhenBytesWereFirstSeenWaiting() {
    loops.advance(INTERVAL_MS * 3);
    long stuckMs = loops.nowMs();
    peer.isStuckWith(1000);

    while (stream.dead.isEmpty()) {
      loops.advance(1000);
    }

    assertThat(loops.nowMs() - stuckMs).isBetween(STALLED_MS, STALLED_MS + INTERVAL_MS + 2000);
  }

  @Test
  @Proves("BEAT-4")
  void needsNoBeatToSeeThatBytesWait() {
    heartbeat.stop();
    Heartbeat rare =
        new Heartbeat(wheel, new Heartbeat.Times(600_000, PONG_MS, STALLED_MS), stream);
    rare.start();
    loops.advance(1000);
    long stuckMs = loops.nowMs();
    peer.isStuckWith(1000);

    rare.waits();
    while (stream.dead.isEmpty()) {
      loops.advance(100);
      rare.waits(); // what is flushed meanwhile does not begin the time anew
    }

    assertThat(stream.dead).containsExactly(CloseReason.STALLED);
    assertThat(loops.nowMs() - stuckMs).isBetween(STALLED_MS, STALLED_MS + STALLED_MS / 4);
  }

  @Test
  @Proves("BEAT-1")
  void beatsWhenItWouldHaveAlsoWhenBytesWaitedInBetween() {
    heartbeat.stop();
    Heartbeat rare =
        new Heartbeat(wheel, new Heartbeat.Times(600_000, PONG_MS, STALLED_MS), stream);
    rare.start();
    for (int i = 0; i < 1500; i++) {
      peer.pending = 1;
      rare.waits();
      peer.pending = 0;
      loops.advance(1000);
    }

    assertThat(stream.dead).isEmpty();
    assertThat(stream.beats).hasSizeBetween(2, 3);
    assertThat(stream.beats.get(1) - stream.beats.get(0)).isBetween(599_800L, 600_200L);
  }

  @Test
  void isNotWokenByWhatWaitsAfterItWasStopped() {
    heartbeat.stop();
    peer.isStuckWith(1000);

    heartbeat.waits();

    assertThat(wheel.size()).isZero();
  }

  @Test
  void blamesNoPeerForTheTimeThatTheProcessStoodStill() {
    stream.wantsPong = true;
    while (stream.beats.isEmpty()) {
      loops.advance(100);
    }

    loop.skewMs = 10 * STALLED_MS;
    loops.advance(500);
    assertThat(stream.dead).isEmpty();
    heartbeat.heard();
    loops.advance(5000);

    assertThat(stream.dead).isEmpty();
  }
}
