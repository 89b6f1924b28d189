package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Channel;
import io.sluice.channel.Event;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.WireFormat;
import io.sluice.http.EventJson;

/** Events as WebSocket messages, one for each (WS-6, JSN-1). */
enum WebSocketFormat implements WireFormat {
  /** The data alone: text as text, binary as binary. */
  PLAIN(6) {
    @Override
    public Frames encode(Batch batch, ByteBufAllocator allocator) {
      int bytes = 0;
      for (Event event : batch.events()) {
        bytes += event.data().length + MAX_HEADER_BYTES;
      }
      ByteBuf out = allocator.buffer(bytes);
      int[] ends = new int[batch.events().size()];
      for (int i = 0; i < ends.length; i++) {
        Event event = batch.events().get(i);
        boolean binary = event.kind() == Event.Kind.BINARY;
        Frame.header(out, binary ? Frame.BINARY : Frame.TEXT, event.data().length);
        ends[i] = out.writeBytes(event.data()).writerIndex();
      }
      return new Frames(batch, out, ends);
    }
  },

  /** The JSON form as text. */
  JSON(7) {
    @Override
    public Frames encode(Batch batch, ByteBufAllocator allocator) {
      int hash = Channel.hash(batch.channel());
      ByteBuf out = allocator.buffer();
      ByteBuf payload = allocator.buffer();
      int[] ends = new int[batch.events().size()];
      for (int i = 0; i < ends.length; i++) {
        EventJson.write(batch, i, hash, payload.clear());
        Frame.header(out, Frame.TEXT, payload.readableBytes());
        ends[i] = out.writeBytes(payload).writerIndex();
      }
      payload.release();
      return new Frames(batch, out, ends);
    }
  };

  private static final int MAX_HEADER_BYTES = 10;

  private final int id;

  WebSocketFormat(int id) {
    this.id = id;
  }

  @Override
  public int id() {
    return id;
  }
}
