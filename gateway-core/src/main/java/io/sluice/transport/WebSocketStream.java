package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open WebSocket, from its handshake to its end: what comes in, the heartbeat, the manners of
 * closing. {@code docs/protocol.md} §9.
 */
final class WebSocketStream
    implements NettyConnection.Listener, FrameDecoder.Handler, Heartbeat.Stream, Presence.Open {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketStream.class);
  private static final int WINDOW_MS = 1000;

  /** The client sends more messages a second than it may. */
  private static final int TOO_FAST = 1;

  /** The client does not read the answers to what it sends. */
  private static final int FULL = 2;

  /** A command waits for the start of its channel. */
  private static final int UNSETTLED = 4;

  private final TransportLoop loop;
  private final NettyConnection connection;
  private final WebSocketMode mode;
  private final Route.Push route;
  private final Presence presence;
  private final FrameDecoder decoder;
  private final Heartbeat heartbeat;
  private final WebSocketReaders readers;
  private final WebSocketCommands commands;
  private @Nullable Command waiting;

  /** Reasons why nothing is read from the client now. */
  private int holds;

  private Wheel.@Nullable Node nextWindow;
  private long windowMs;
  private int windowFrames;
  private boolean ended;

  WebSocketStream(
      WebSocketTransport transport,
      NettyConnection connection,
      WebSocketMode mode,
      WebSocketTransport.Opening opening) {
    this.loop = transport.loop();
    this.connection = connection;
    this.mode = mode;
    this.route = opening.route();
    this.presence = new Presence(loop, this);
    this.decoder =
        new FrameDecoder(
            this,
            loop.config().websocket().maxMessageBytes(),
            mode.isProtocol(),
            mode.isDeflated() ? loop.deflation() : null);
    this.heartbeat = new Heartbeat(loop.wheel(), loop.times(route), this);
    this.readers = new WebSocketReaders(this, mode);
    this.commands = new WebSocketCommands(this, readers, opening.channel());
  }

  /**
   * Begins; the place in the admission is taken already. The head goes out when the start of the
   * channels is fixed (SEL-7), which ends with a flush.
   */
  void start(List<SubscribeRequest.Asked> channels) {
    readers.start(channels);
    presence.enter();
    heartbeat.start();
    connection.start(this);
    if (channels.isEmpty()) {
      connection.flush();
    }
  }

  TransportLoop loop() {
    return loop;
  }

  Presence presence() {
    return presence;
  }

  @Override
  public Transport transport() {
    return Transport.WEBSOCKET;
  }

  @Override
  public NettyConnection peer() {
    return connection;
  }

  @Override
  public Route.Push route() {
    return route;
  }

  @Override
  public Subscriptions subscriptions() {
    return readers.subscriptions();
  }

  @Override
  public long events() {
    return readers.events();
  }

  void greet(List<String> channels, String cursor) {
    connection.write(Message.hello(presence.id(), route.heartbeat().toMillis(), channels, cursor));
  }

  /** Answers the client; if it does not take the answer, nothing more is read from it. */
  void answer(ByteBuf frame) {
    connection.write(frame);
    if (!connection.isWritable() && !connection.isDone()) {
      hold(FULL);
    }
  }

  /** A channel has its start: what waited for one may go on, later in the turn. */
  void settled() {
    if (waiting != null) {
      loop.loop().execute(this::carryOut);
    }
  }

  private void carryOut() {
    Command command = waiting;
    if (command != null && !ended && readers.isSettled(command.channel())) {
      waiting = null;
      commands.carryOut(command);
      release(UNSETTLED);
      connection.flush();
    }
  }

  private void hold(int why) {
    if (holds == 0) {
      connection.reading(false);
    }
    holds |= why;
  }

  private void release(int why) {
    boolean held = holds != 0;
    holds &= ~why;
    if (held && holds == 0 && !ended) {
      heartbeat.heard(); // what it sent meanwhile was left unread: that it was silent is not known
      connection.reading(true);
      decoder.goOn();
      connection.flush();
    }
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    heartbeat.heard();
    decoder.feed(bytes);
    connection.flush();
  }

  @Override
  public void onWaiting() {
    heartbeat.waits();
  }

  @Override
  public void onWritable() {
    release(FULL);
    readers.subscriptions().resume();
  }

  @Override
  public void onClosed() {
    end(CloseReason.CLIENT_LEFT, Frame.close(0, ""));
  }

  @Override
  public boolean isHeld() {
    return holds != 0;
  }

  /** LIM-2: every frame counts, so that pings and fragments are no way around it. */
  @Override
  public void onFrame() {
    long now = loop.loop().nowMs();
    if (now - windowMs >= WINDOW_MS) {
      windowMs = now;
      windowFrames = 0;
    }
    if (++windowFrames >= loop.config().websocket().maxMessageRate()) {
      loop.metrics().limitsHit.labelValues("websocket.max-message-rate").inc();
      if (nextWindow == null) {
        nextWindow = new NextWindow();
      }
      loop.wheel().arm(nextWindow, windowMs + WINDOW_MS - now);
      hold(TOO_FAST);
    }
  }

  private final class NextWindow extends Wheel.Node {
    @Override
    void due() {
      release(TOO_FAST);
    }
  }

  @Override
  public void onText(ByteBuf payload) {
    Command command = Command.read(ByteBufUtil.getBytes(payload));
    if (readers.isSettled(command.channel())) {
      commands.carryOut(command);
    } else {
      waiting = command;
      hold(UNSETTLED);
    }
  }

  @Override
  public void onPing(ByteBuf payload) {
    answer(Frame.pong(payload));
  }

  @Override
  public void onPong() {}

  @Override
  public void onClose(int code) {
    end(CloseReason.CLIENT_LEFT, Frame.close(code, ""));
  }

  @Override
  public void onViolation(CloseReason reason, String detail) {
    LOG.debug("connection={} breaks the protocol: {}", presence.id(), detail);
    if (reason == CloseReason.TOO_LARGE) {
      loop.metrics().limitsHit.labelValues("websocket.max-message").inc();
    }
    close(reason);
  }

  @Override
  public boolean beat() {
    connection.write(Frame.ping());
    if (mode.isProtocol() && readers.isSettled(null)) { // never before the greeting
      connection.write(Message.beat());
    }
    connection.flush();
    return true;
  }

  @Override
  public void dead(CloseReason reason) {
    if (reason == CloseReason.STALLED) {
      loop.metrics().stalled.inc();
    }
    close(reason);
  }

  @Override
  public void close(CloseReason reason) {
    end(reason, Frame.close(reason.code(), reason.slug()));
  }

  /** WS-7. */
  void endWithGap(String goOn) {
    end(CloseReason.GAP, Frame.close(CloseReason.GAP.code(), goOn));
  }

  private void end(CloseReason reason, ByteBuf last) {
    if (ended) {
      last.release();
      return;
    }
    ended = true;
    waiting = null;
    heartbeat.stop();
    if (nextWindow != null) {
      loop.wheel().cancel(nextWindow);
    }
    readers.subscriptions().close();
    decoder.close();
    connection.finish(last);
    presence.leave(reason.slug());
  }
}
