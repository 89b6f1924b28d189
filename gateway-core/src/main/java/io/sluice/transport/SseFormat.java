package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Event;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.WireFormat;
import io.sluice.http.EventJson;

/**
 * Events as SSE blocks ({@code docs/protocol.md} §8), in chunked coding or, for HTTP/1.0, without.
 * The blocks that streams of several channels share end before their {@code id:} line, which each
 * stream writes by itself.
 */
enum SseFormat implements WireFormat {
  PLAIN(0, true, false, false),
  PLAIN_RAW(1, false, false, false),
  JSON(2, true, true, false),
  JSON_RAW(3, false, true, false),
  SHARED(4, true, true, true),
  SHARED_RAW(5, false, true, true);

  private final int id;
  private final boolean chunked;
  private final boolean json;
  private final boolean shared;

  SseFormat(int id, boolean chunked, boolean json, boolean shared) {
    this.id = id;
    this.chunked = chunked;
    this.json = json;
    this.shared = shared;
  }

  /** The format of a stream. */
  static SseFormat of(boolean chunked, boolean json, boolean severalChannels) {
    if (severalChannels) {
      return chunked ? SHARED : SHARED_RAW;
    }
    if (json) {
      return chunked ? JSON : JSON_RAW;
    }
    return chunked ? PLAIN : PLAIN_RAW;
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public Frames encode(Batch batch, ByteBufAllocator allocator) {
    int hash = Channel.hash(batch.channel());
    ByteBuf out = allocator.buffer();
    ByteBuf block = allocator.buffer();
    ByteBuf form = allocator.buffer();
    int[] ends = new int[batch.events().size()];
    for (int i = 0; i < ends.length; i++) {
      block(batch, i, hash, block.clear(), form.clear());
      if (chunked) {
        SseBlocks.chunk(out, block);
      } else {
        out.writeBytes(block);
      }
      ends[i] = out.writerIndex();
    }
    block.release();
    form.release();
    return new Frames(batch, out, ends);
  }

  private void block(Batch batch, int index, int hash, ByteBuf block, ByteBuf form) {
    Event event = batch.events().get(index);
    if (json) {
      SseBlocks.event(block, event.name());
      EventJson.write(batch, index, hash, form);
      SseBlocks.data(block, form);
    } else if (event.kind() == Event.Kind.BINARY) {
      String name = event.name();
      SseBlocks.event(block, (name == null ? "message" : name) + ";base64");
      SseBlocks.base64(block, event.data());
    } else {
      SseBlocks.event(block, event.name());
      SseBlocks.data(block, form.writeBytes(event.data()));
    }
    if (!shared) {
      SseBlocks.id(block, Cursor.part(hash, batch.at(index)));
    }
  }
}
