package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Admission;

/**
 * A connection that is only told why there is nothing for it now; gives its place back when gone.
 */
final class TurnedAway implements NettyConnection.Listener {

  private final Admission admission;

  TurnedAway(Admission admission) {
    this.admission = admission;
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    bytes.release();
  }

  @Override
  public void onWritable() {}

  @Override
  public void onClosed() {
    admission.turnedAway();
  }
}
