package io.sluice.cli.client;

import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A body as lines, one asked for at a time. */
final class LineInbox implements Flow.Subscriber<String> {

  final Inbox<String> inbox = new Inbox<>();
  private volatile Flow.@Nullable Subscription subscription;

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(String line) {
    inbox.onMessage(line);
  }

  @Override
  public void onError(Throwable failure) {
    inbox.onEnd(Failures.text(failure));
  }

  @Override
  public void onComplete() {
    inbox.onEnd("the stream ended");
  }

  /** The last line has been read: the next may come. */
  void next() {
    Flow.Subscription now = subscription;
    if (now != null) {
      now.request(1);
    }
  }

  /** Ends the connection. */
  void cancel() {
    Flow.Subscription now = subscription;
    if (now != null) {
      now.cancel();
    }
  }
}
