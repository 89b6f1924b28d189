package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.channel.Batch;
import io.sluice.channel.Channel;
import io.sluice.channel.Event;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.WireFormat;
import io.sluice.http.EventJson;

/**
 * What {@link WebSocketFormat} says, in messages that are compressed where that makes them shorter
 * (WS-19). Each loop has its own, with its own compressor.
 */
final class DeflateFormat implements WireFormat {

  /** The data alone. */
  static final int PLAIN = 9;

  /** The JSON form. */
  static final int JSON = 10;

  private final Deflation deflation;
  private final int id;

  DeflateFormat(Deflation deflation, int id) {
    this.deflation = deflation;
    this.id = id;
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public Frames encode(Batch batch, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer();
    ByteBuf json = allocator.buffer();
    int hash = Channel.hash(batch.channel());
    int[] ends = new int[batch.events().size()];
    for (int i = 0; i < ends.length; i++) {
      Event event = batch.events().get(i);
      if (id == JSON) {
        EventJson.write(batch, i, hash, json.clear());
        deflation.write(out, Frame.TEXT, json);
      } else {
        boolean binary = event.kind() == Event.Kind.BINARY;
        ByteBuf data = Unpooled.wrappedBuffer(event.data());
        deflation.write(out, binary ? Frame.BINARY : Frame.TEXT, data);
      }
      ends[i] = out.writerIndex();
    }
    json.release();
    return new Frames(batch, out, ends);
  }
}
