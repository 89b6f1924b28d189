package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Channel;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.WireFormat;
import io.sluice.http.EventJson;

/** Events in the JSON form, bare: what polls put between the brackets of their answer. */
final class PollFormat implements WireFormat {

  static final PollFormat INSTANCE = new PollFormat();

  private PollFormat() {}

  @Override
  public int id() {
    return 8;
  }

  @Override
  public Frames encode(Batch batch, ByteBufAllocator allocator) {
    int hash = Channel.hash(batch.channel());
    ByteBuf out = allocator.buffer();
    int[] ends = new int[batch.events().size()];
    for (int i = 0; i < ends.length; i++) {
      EventJson.write(batch, i, hash, out);
      ends[i] = out.writerIndex();
    }
    return new Frames(batch, out, ends);
  }
}
