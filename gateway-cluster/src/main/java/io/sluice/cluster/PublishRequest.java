package io.sluice.cluster;

import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.log.Fingerprint;
import io.sluice.channel.log.RecordForm;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks to be appended to one channel. A node asks for one at a time and gives each a
 * higher number, so that the record needs to remember only the last one of each node to know a
 * repeat.
 *
 * @param node that asks
 * @param serial its number of this request, the same for each try
 * @param retry whether an earlier try may have been carried out
 * @param knownEpoch of the life of the log that an earlier try has gone to if to any; 0 if the node
 *     does not know it
 * @param items in their order
 */
record PublishRequest(long node, long serial, boolean retry, long knownEpoch, List<Item> items) {

  PublishRequest {
    items = List.copyOf(items);
  }

  /**
   * One event to be.
   *
   * @param id given by a client, or null
   * @param fingerprint of the content if there is an id, else empty
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are shared, not compared
  record Item(
      @Nullable String id,
      byte[] fingerprint,
      @Nullable String name,
      @Nullable String type,
      Event.Kind kind,
      byte[] data) {

    private static final byte[] NONE = {};

    static Item of(Broker.Publication publication) {
      boolean named = publication.id().fromClient();
      return new Item(
          named ? publication.id().text() : null,
          named ? Fingerprint.of(publication) : NONE,
          publication.name(),
          publication.type(),
          publication.kind(),
          publication.data());
    }

    Event event(long offset, int stamp, long timeMs) {
      return new Event(offset, stamp, name, type, kind, data, timeMs);
    }

    int sizeBytes() {
      return data.length + Event.OVERHEAD_BYTES + (id == null ? 0 : id.length());
    }
  }

  /** The same, tried again. */
  PublishRequest again() {
    return new PublishRequest(node, serial, true, knownEpoch, items);
  }

  /** The same: every earlier try has gone to this life of the log, if to any. */
  PublishRequest of(long epoch) {
    return new PublishRequest(node, serial, retry, epoch, items);
  }

  /** The same: no earlier try has been carried out. */
  PublishRequest first() {
    return new PublishRequest(node, serial, false, knownEpoch, items);
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(node);
    out.writeLong(serial);
    out.writeBoolean(retry);
    out.writeLong(knownEpoch);
    out.writeInt(items.size());
    for (Item item : items) {
      RecordForm.writeOptional(out, item.id);
      RecordForm.writeBytes(out, item.fingerprint);
      RecordForm.writeOptional(out, item.name);
      RecordForm.writeOptional(out, item.type);
      RecordForm.writeText(out, item.kind.name());
      RecordForm.writeBytes(out, item.data);
    }
  }

  static PublishRequest read(DataInput in) throws IOException {
    long node = in.readLong();
    long serial = in.readLong();
    boolean retry = in.readBoolean();
    long knownEpoch = in.readLong();
    List<Item> items = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      items.add(
          new Item(
              RecordForm.optional(in),
              RecordForm.bytes(in),
              RecordForm.optional(in),
              RecordForm.optional(in),
              Event.Kind.valueOf(RecordForm.text(in)),
              RecordForm.bytes(in)));
    }
    return new PublishRequest(node, serial, retry, knownEpoch, items);
  }
}
