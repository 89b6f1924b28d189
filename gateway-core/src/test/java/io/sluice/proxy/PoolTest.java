package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.sluice.channel.FakeLoops;
import io.sluice.config.Upstream;
import io.sluice.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PoolTest {

  private static final String KEPT = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String CLOSED =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

  private final FakeLoops loops = new FakeLoops(1);
  private final Metrics metrics = new Metrics();
  private final Deque<Attempt> attempts = new ArrayDeque<>();
  private final List<EmbeddedChannel> channels = new ArrayList<>();

  /** A connection that the pool asked for. */
  private final class Attempt {
    private final UpstreamConnection.Owner owner;
    private final Consumer<UpstreamConnection> made;
    private final Consumer<Fault> failed;

    Attempt(
        UpstreamConnection.Owner owner, Consumer<UpstreamConnection> made, Consumer<Fault> failed) {
      this.owner = owner;
      this.made = made;
      this.failed = failed;
    }

    void succeed() {
      EmbeddedChannel channel = new EmbeddedChannel();
      channels.add(channel);
      channel.pipeline().addLast("last", new ChannelInboundHandlerAdapter());
      made.accept(UpstreamConnection.on(channel.pipeline().context("last"), owner));
    }
  }

  /** A request that asked for a connection, and what it got. */
  private static final class Request extends Pool.Ticket implements UpstreamConnection.Listener {
    private @Nullable UpstreamConnection connection;
    private @Nullable Fault fault;

    Channel channel() {
      return Objects.requireNonNull(connection).channel();
    }

    @Override
    void onConnection(UpstreamConnection connection) {
      assertThat(this.connection).isNull();
      this.connection = connection;
    }

    @Override
    void onFault(Fault fault) {
      this.fault = fault;
    }

    /** Sends the request and gets the answer. */
    void answered(String answer) {
      UpstreamConnection to = Objects.requireNonNull(connection);
      to.send(
          new UpstreamConnection.Request(
              HttpMethod.GET,
              Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII),
              UpstreamConnection.Body.NONE,
              false),
          this);
      EmbeddedChannel channel = (EmbeddedChannel) to.channel();
      channel.releaseOutbound();
      channel.writeInbound(Unpooled.copiedBuffer(answer, StandardCharsets.US_ASCII));
    }

    @Override
    public void onInterim(HttpResponse head) {}

    @Override
    public void onHead(HttpResponse head) {}

    @Override
    public void onBody(ByteBuf part) {}

    @Override
    public void onEnd(HttpHeaders trailers) {}

    @Override
    public void onPause() {}

    @Override
    public void onUpgrade(HttpResponse head) {}

    @Override
    public void onBytes(ByteBuf bytes) {}

    @Override
    public void onWritable() {}

    @Override
    public void onFailure(Fault fault) {
      this.fault = fault;
    }
  }

  @AfterEach
  void nothingIsLeft() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    assertThat(metrics.upstreamConnections.get()).isZero();
    assertThat(metrics.upstreamWaiting.get()).isZero();
  }

  private Pool pool(int connections, int waiting) {
    Pool.Connector connector =
        (owner, made, failed) -> attempts.add(new Attempt(owner, made, failed));
    var settings = new Upstream.Pool(connections, waiting, Duration.ofSeconds(4));
    return new Pool(connector, settings, loops.loop(0), metrics);
  }

  private Request take(Pool pool) {
    Request request = new Request();
    pool.take(request, false);
    return request;
  }

  private Request connected(Pool pool) {
    Request request = take(pool);
    attempts.remove().succeed();
    assertThat(request.connection).isNotNull();
    return request;
  }

  @Test
  void theLastUsedConnectionIsUsedNext() {
    Pool pool = pool(3, 0);
    Request first = connected(pool);
    Request second = connected(pool);
    first.answered(KEPT);
    second.answered(KEPT);
    assertThat(take(pool).connection).isSameAs(second.connection);
    assertThat(take(pool).connection).isSameAs(first.connection);
    assertThat(attempts).isEmpty();
  }

  @Test
  void theLineIsServedInOrderAndIsBounded() {
    Pool pool = pool(1, 2);
    Request first = connected(pool);
    Request second = take(pool);
    Request third = take(pool);
    Request fourth = take(pool);
    assertThat(fourth.fault).isEqualTo(Fault.POOL_FULL);
    assertThat(metrics.upstreamWaiting.get()).isEqualTo(2);
    first.answered(KEPT);
    assertThat(second.connection).isSameAs(first.connection);
    assertThat(third.connection).isNull();
    second.answered(KEPT);
    assertThat(third.connection).isSameAs(first.connection);
    assertThat(attempts).isEmpty();
  }

  @Test
  void aConnectionThatIsGoneMakesRoomForTheNextInLine() {
    Pool pool = pool(1, 1);
    Request first = connected(pool);
    Request second = take(pool);
    first.answered(CLOSED);
    attempts.remove().succeed();
    assertThat(second.connection).isNotNull().isNotSameAs(first.connection);
  }

  @Test
  void aFailedConnectionIsToldToItsRequestAndTheNextInLineTries() {
    Pool pool = pool(1, 1);
    Request first = take(pool);
    Request second = take(pool);
    attempts.remove().failed.accept(Fault.REFUSED);
    assertThat(first.fault).isEqualTo(Fault.REFUSED);
    assertThat(second.fault).isNull();
    attempts.remove().succeed();
    assertThat(second.connection).isNotNull();
  }

  @Test
  void whoLeavesTheLineIsNotServed() {
    Pool pool = pool(1, 2);
    Request first = connected(pool);
    Request second = take(pool);
    Request third = take(pool);
    pool.leave(second);
    first.answered(KEPT);
    assertThat(second.connection).isNull();
    assertThat(third.connection).isSameAs(first.connection);
  }

  @Test
  void aConnectionThatWasMadeForOneWhoLeftServesTheNext() {
    Pool pool = pool(1, 1);
    Request gone = take(pool);
    Request next = take(pool);
    pool.leave(gone);
    attempts.remove().succeed();
    assertThat(gone.connection).isNull();
    assertThat(next.connection).isNotNull();
    next.answered(KEPT);
    assertThat(take(pool).connection).isSameAs(next.connection);
  }

  @Test
  void aFreshOneIsMadeInPlaceOfAnIdleOneIfThereIsNoRoom() {
    Pool pool = pool(1, 0);
    Request first = connected(pool);
    first.answered(KEPT);
    Request fresh = new Request();
    pool.take(fresh, true);
    assertThat(first.channel().isActive()).isFalse();
    attempts.remove().succeed();
    assertThat(fresh.connection).isNotSameAs(first.connection);
  }

  @Test
  void anIdleOneIsClosedWhenItsTimeIsOver() {
    Pool pool = pool(2, 0);
    Request first = connected(pool);
    Request second = connected(pool);
    first.answered(KEPT);
    loops.advance(3_000);
    second.answered(KEPT);
    loops.advance(999);
    assertThat(first.channel().isActive()).isTrue();
    loops.advance(1);
    assertThat(first.channel().isActive()).isFalse();
    assertThat(second.channel().isActive()).isTrue();
    loops.advance(3_000);
    assertThat(second.channel().isActive()).isFalse();
    assertThat(metrics.upstreamConnections.get()).isZero();
  }

  /** A second less than the upstream says, so that no request meets its close. */
  @Test
  void anIdleOneIsNotKeptLongerThanTheUpstreamKeepsIt() {
    Pool pool = pool(1, 0);
    Request first = connected(pool);
    first.answered("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3\r\nContent-Length: 0\r\n\r\n");
    loops.advance(1_999);
    assertThat(first.channel().isActive()).isTrue();
    loops.advance(1);
    assertThat(first.channel().isActive()).isFalse();
  }

  @Test
  void anIdleOneThatTheUpstreamClosesIsForgotten() {
    Pool pool = pool(1, 0);
    Request first = connected(pool);
    first.answered(KEPT);
    first.channel().close();
    assertThat(metrics.upstreamConnections.get()).isZero();
    take(pool);
    attempts.remove().succeed();
  }

  @Test
  void aClosedPoolKeepsNothingAndStillServesWhoWaits() {
    Pool pool = pool(2, 1);
    Request idle = connected(pool);
    Request busy = connected(pool);
    idle.answered(KEPT);
    Request third = take(pool);
    Request waiting = take(pool);
    pool.close();
    assertThat(third.connection).isSameAs(idle.connection);
    third.answered(KEPT);
    assertThat(third.channel().isActive()).isFalse();
    attempts.remove().succeed();
    waiting.answered(KEPT);
    busy.answered(KEPT);
    assertThat(metrics.upstreamConnections.get()).isZero();
  }
}
