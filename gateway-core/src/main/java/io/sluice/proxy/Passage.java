package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.config.Upstream;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: to a target, perhaps to another one, and the answer on the way back.
 *
 * <p>It ends in exactly one way: the answer was passed whole, the client left, the client was told
 * what failed, or the client's connection was cut because the answer had begun and cannot be
 * completed.
 */
final class Passage implements Attempts.Taker, UpstreamConnection.Listener, RequestBody.Watcher {

  /** How long a client that asks first waits for an upstream that does not say (as curl does). */
  private static final long EXPECT_MS = 1_000;

  private final Proxy.Site site;
  private final RequestHead head;
  private final String route;
  private final HttpServerResponse response;
  private final ClientSide client;
  private final RequestBody body;
  private final Answer answer;
  private final Deadline deadline;
  private final Runnable whenDone;
  private final Attempts attempts;
  private final Account account;
  private Phase phase = Phase.CONNECTING;
  private @Nullable UpstreamConnection connection;
  private @Nullable TunnelPassage tunnel;
  private long pendingBefore;

  private enum Phase {
    CONNECTING,
    ASKING_FIRST,
    SENDING,
    AWAITING,
    ANSWERING,
    DONE
  }

  Passage(Proxy.Site site, RequestHead head, String route, Runnable whenDone) {
    this.site = site;
    this.head = head;
    this.route = route;
    this.whenDone = whenDone;
    this.response = head.request().response();
    this.client = new ClientSide(head.request());
    this.body = new RequestBody(head, client);
    this.answer = new Answer(head);
    this.deadline = new Deadline(site.deadlines(), this::late);
    this.attempts = new Attempts(site, head, this);
    this.account = new Account(site, head, route);
  }

  void run() {
    response.closeHandler(gone -> clientLeft());
    response.exceptionHandler(failure -> clientLeft());
    if (head.hasBody()) {
      head.request().exceptionHandler(failure -> clientLeft());
    }
    if (head.isLoop()) {
      refuse(Fault.LOOP);
    } else if (head.maxForwards() == MaxForwards.UNREADABLE) {
      refuse(Fault.BAD_MAX_FORWARDS);
    } else if (head.maxForwards() == 0) {
      answerHere();
    } else {
      attempt(false);
    }
  }

  /** To OPTIONS, as the last of those whom it may reach (RFC 9110 §7.6.2). */
  private void answerHere() {
    done("max-forwards", HttpResponseStatus.NO_CONTENT.code());
    answer.none(!body.isEnded());
    dismiss();
  }

  private Upstream.Times times() {
    return head.upstream().times();
  }

  private void attempt(boolean fresh) {
    phase = Phase.CONNECTING;
    deadline.start(times().firstByte().toMillis());
    attempts.next(fresh);
  }

  @Override
  public void onConnection(UpstreamConnection to, Target target) {
    connection = to;
    to.send(
        new UpstreamConnection.Request(
            head.request().method().toNetty(),
            head.to(target.uri(), site.headWriter(), to.channel().alloc()),
            body.framing(),
            head.upgrade() != null),
        this);
    if (connection != to) {
      return; // it failed at once
    }
    if (body.isEnded()) {
      await();
    } else if (head.asksFirst()) {
      phase = Phase.ASKING_FIRST;
      deadline.start(EXPECT_MS);
    } else {
      pour(to);
    }
  }

  @Override
  public void onFault(Fault fault) {
    failed(fault);
  }

  private void await() {
    phase = Phase.AWAITING;
    deadline.start(times().firstByte().toMillis());
  }

  private void pour(UpstreamConnection to) {
    phase = Phase.SENDING;
    deadline.start(times().idle().toMillis());
    body.pour(to, this);
  }

  @Override
  public void onBodyProgress() {
    deadline.touch();
  }

  @Override
  public void onBodyEnd() {
    if (phase == Phase.SENDING) {
      await();
    }
  }

  @Override
  public void onWritable() {
    deadline.touch();
    body.resume();
  }

  @Override
  public void onInterim(HttpResponse from) {
    if (from.status().code() == HttpResponseStatus.CONTINUE.code()) {
      goOn();
    } else if (!head.isOld()) {
      client.interim(from.status(), answer.interim(from.headers()));
    }
  }

  /** The upstream wants the body, or does not say. */
  private void goOn() {
    UpstreamConnection to = connection;
    if (phase == Phase.ASKING_FIRST && to != null) {
      client.interim(HttpResponseStatus.CONTINUE, new DefaultHttpHeaders());
      pour(to);
    }
  }

  @Override
  public void onHead(HttpResponse from) {
    answered();
    phase = Phase.ANSWERING;
    deadline.start(times().idle().toMillis());
    answer.begin(from, !body.isEnded());
  }

  private void answered() {
    attempts.succeeded();
    account.answered();
  }

  @Override
  public void onBody(ByteBuf part) {
    UpstreamConnection from = connection;
    if (phase != Phase.ANSWERING || from == null || response.closed()) {
      return;
    }
    deadline.touch();
    pendingBefore = 0;
    answer.pass(part);
    if (answer.isFull()) {
      from.read(false);
      response.drainHandler(
          drained -> {
            deadline.touch();
            from.read(true);
          });
    }
  }

  @Override
  public void onPause() {
    if (phase == Phase.ANSWERING) {
      answer.show();
    }
  }

  @Override
  public void onEnd(HttpHeaders trailers) {
    connection = null;
    if (phase != Phase.ANSWERING) {
      return;
    }
    body.stop();
    answer.end(trailers);
    done("answered", answer.status());
    dismiss();
  }

  /**
   * If the rest of the request's body is on the way, nobody reads it any more; if it has come since
   * the client was told that its connection ends, the connection ends now.
   */
  private void dismiss() {
    if (!body.isEnded()) {
      boolean neverComes = !body.isBegun() && head.asksFirst();
      client.dismiss(neverComes, site.loop());
    } else if (answer.isLast()) {
      client.close();
    }
  }

  @Override
  public void onUpgrade(HttpResponse from) {
    UpstreamConnection to = Objects.requireNonNull(connection);
    if (!Upgrades.fits(from.headers(), Objects.requireNonNull(head.upgrade()))) {
      to.discard();
      failed(Fault.NOT_UPGRADED);
      return;
    }
    answered();
    deadline.stop();
    phase = Phase.ANSWERING;
    answer.begin(from, false);
    TunnelPassage made = new TunnelPassage(head, route, to, times().idle().toMillis());
    tunnel = made;
    site.began(made);
    made.open(
        site,
        from.headers(),
        reason -> {
          site.ended(made);
          connection = null;
          done(reason, 101);
        });
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    if (tunnel == null) {
      bytes.release();
    } else {
      tunnel.keep(bytes);
    }
  }

  @Override
  public void onFailure(Fault fault) {
    failed(fault);
  }

  private void failed(Fault fault) {
    UpstreamConnection former = connection;
    connection = null;
    if (phase == Phase.DONE) {
      return;
    }
    boolean stale = fault == Fault.TERMINATED && former != null && former.isKept();
    boolean shown = phase == Phase.ANSWERING && answer.isShown();
    boolean answering = phase == Phase.ANSWERING;
    if (!stale) {
      attempts.failed(fault);
    }
    if (shown) {
      answer.show(); // what came with the fault is the answer's all the same
      cut("cut");
    } else if (!body.isBegun() && attempts.mayGoOn(fault, answering)) {
      site.counts(route).retried();
      attempt(stale);
    } else {
      refuse(fault);
    }
  }

  private void late() {
    switch (phase) {
      case CONNECTING -> stillWaiting();
      case ASKING_FIRST -> goOn();
      case AWAITING -> giveUp(Fault.NO_ANSWER);
      case SENDING -> stalledSending();
      case ANSWERING -> stalledAnswering();
      case DONE -> {}
    }
  }

  /** Once a connection is being made, {@code connect-timeout} bounds it. */
  private void stillWaiting() {
    if (attempts.isInLine()) {
      giveUp(Fault.POOL_LATE);
    }
  }

  private void giveUp(Fault fault) {
    letGo();
    failed(fault);
  }

  private void stalledSending() {
    UpstreamConnection to = connection;
    if (to != null && !to.isWritable()) {
      giveUp(Fault.NOT_READING);
    } else {
      cut("client-stalled");
    }
  }

  /** A client that takes a little now and then is slow, not gone. */
  private void stalledAnswering() {
    long pending = client.pendingBytes();
    if (pending > 0 && (pendingBefore == 0 || pending < pendingBefore)) {
      pendingBefore = pending;
      deadline.start(times().idle().toMillis());
    } else if (pending > 0) {
      cut("client-stalled");
    } else {
      giveUp(Fault.STALLED);
    }
  }

  /** Only a broken connection tells the client that this is not the whole answer. */
  private void cut(String reason) {
    letGo();
    boolean framed = !answer.isUntilClose();
    done(reason, answer.isShown() ? answer.status() : 0);
    client.cut(framed);
  }

  private void clientLeft() {
    if (phase != Phase.DONE && tunnel == null) {
      letGo();
      done("client-left", answer.isShown() ? answer.status() : 0);
    }
  }

  private void letGo() {
    attempts.cancel();
    UpstreamConnection former = connection;
    connection = null;
    if (former != null) {
      former.discard();
    }
  }

  private void refuse(Fault fault) {
    body.stop();
    done(fault.kind().slug(), fault.kind().status());
    answer.refuse(fault, route, !body.isEnded());
    dismiss();
  }

  private void done(String reason, int status) {
    phase = Phase.DONE;
    deadline.stop();
    body.stop();
    attempts.end();
    answer.drop();
    TunnelPassage through = tunnel;
    boolean answered = reason.equals("answered") || through != null;
    account.end(
        attempts,
        new Account.Ending(
            reason,
            status,
            answered,
            through == null ? body.bytes() : through.fromClient(),
            through == null ? answer.bytes() : through.toClient()));
    whenDone.run();
  }
}
