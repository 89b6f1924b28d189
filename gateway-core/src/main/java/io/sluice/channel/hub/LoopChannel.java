package io.sluice.channel.hub;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One loop's side of a channel: its readers, and the batches at hand. */
final class LoopChannel {

  private final LoopHub hub;
  private final String name;
  private Reader[] readers = new Reader[1];
  private int count;
  private int behind;

  /** Arrived and not yet given to the readers, without holes between them. */
  private final List<Batch> arrived = new ArrayList<>(1);

  /** Batches at hand by the offset of their first event; all of {@link #recentEpoch}. */
  private final TreeMap<Long, Recent.Entry> recent = new TreeMap<>();

  private long recentEpoch;

  /** Counts what was delivered, so that an answer of the broker is known to be older or newer. */
  private long deliveries;

  /** The last position that this loop knows the log to have had. */
  private @Nullable Position knownHead;

  /** Pages that were asked for, by the position they follow, with the readers that wait. */
  private final Map<Position, List<Reader>> reading = new HashMap<>();

  LoopChannel(LoopHub hub, String name) {
    this.hub = hub;
    this.name = name;
  }

  String name() {
    return name;
  }

  LoopHub hub() {
    return hub;
  }

  Map<Position, List<Reader>> reading() {
    return reading;
  }

  long deliveries() {
    return deliveries;
  }

  /**
   * Notes the head that the broker told, unless something was delivered since it was asked that is
   * as new.
   */
  void learnHead(Position head, long deliveriesWhenAsked) {
    boolean newer =
        knownHead == null
            || (head.epoch() == knownHead.epoch() && head.offset() > knownHead.offset());
    if (newer || deliveries == deliveriesWhenAsked) {
      knownHead = head;
    }
  }

  /** Whether nothing is known that lies ahead of a reader. What comes reaches it as it arrives. */
  boolean isAtHead(Reader reader) {
    return knownHead != null && reader.isPast(knownHead);
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** So many more readers are not live now. */
  void countBehind(int more) {
    behind += more;
  }

  boolean hasReadersBehind() {
    return behind > 0;
  }

  /** The most events that one reader still has to take, as far as this loop knows the head. */
  long lagEvents() {
    Position head = knownHead;
    long most = 0;
    for (int i = 0; head != null && i < count; i++) {
      if (readers[i].state != Reader.State.LIVE) {
        most = Math.max(most, readers[i].eventsUpTo(head));
      }
    }
    return most;
  }

  void add(Reader reader) {
    if (count == readers.length) {
      Reader[] longer = new Reader[count * 2];
      System.arraycopy(readers, 0, longer, 0, count);
      readers = longer;
    }
    reader.index = count;
    readers[count++] = reader;
  }

  /** Takes a reader out; one from the end takes its place, so walk the list downwards. */
  @SuppressWarnings("NullAway") // an array's unused tail is null and never read
  void remove(Reader reader) {
    Reader last = readers[--count];
    readers[reader.index] = last;
    last.index = reader.index;
    readers[count] = null;
    hub.removed(this, reader);
  }

  /** The readers there are now. */
  Queue<Reader> snapshot() {
    return new ArrayDeque<>(Arrays.asList(readers).subList(0, count));
  }

  /** Notes a batch that arrived; true if the channel had none waiting. */
  boolean arrive(Batch batch) {
    arrived.add(batch);
    return arrived.size() == 1;
  }

  /** Gives what arrived to the readers that stand before it; the others are behind. */
  void deliver(Broker.Page page) {
    deliveries++;
    int from = 0;
    while (from < arrived.size()) {
      int to = from + 1;
      int events = arrived.get(from).events().size();
      long bytes = sizeBytes(arrived.get(from));
      while (to < arrived.size() && arrived.get(to).follows().equals(arrived.get(to - 1).last())) {
        events += arrived.get(to).events().size();
        bytes += sizeBytes(arrived.get(to));
        if (events > page.maxCount() || bytes > page.maxBytes()) {
          break;
        }
        to++;
      }
      deliver(merge(arrived.subList(from, to)));
      from = to;
    }
    arrived.clear();
  }

  private static long sizeBytes(Batch batch) {
    long bytes = 0;
    for (Event event : batch.events()) {
      bytes += event.sizeBytes();
    }
    return bytes;
  }

  private static Batch merge(List<Batch> run) {
    if (run.size() == 1) {
      return run.get(0);
    }
    List<Event> events = new ArrayList<>();
    for (Batch batch : run) {
      events.addAll(batch.events());
    }
    return new Batch(run.get(0).channel(), run.get(0).follows(), events);
  }

  private void deliver(Batch batch) {
    if (batch.isEmpty() || count == 0) {
      return;
    }
    Recent.Entry entry = keep(hub.recent().addLive(this, batch));
    Position follows = batch.follows();
    Position last = batch.last();
    knownHead = last;
    boolean written = false;
    for (int i = count - 1; i >= 0; i--) {
      // A sink may close several readers at once.
      Reader reader = i < count ? readers[i] : null;
      if (reader != null && reader.state == Reader.State.LIVE) {
        written |= deliver(reader, entry, follows, last);
      }
    }
    if (written) {
      hub.delivered(batch.events().get(0));
    }
  }

  /** Whether the reader took all of it. */
  private boolean deliver(Reader reader, Recent.Entry entry, Position follows, Position last) {
    if (reader.standsBefore(follows)) {
      WireFormat format = reader.sink().format();
      boolean room = !reader.sink().isFull() && entry.hasRoom(format);
      if (room && reader.take(entry.in(format), 0)) {
        return true;
      }
      hub.fellBehind(reader);
    } else if (!reader.isPast(last)) {
      hub.fellBehind(reader);
    }
    return false;
  }

  /** What was not delivered is read as pages by those who stand before it, once they ask. */
  void deliverLater() {
    arrived.clear();
    knownHead = null; // more may have arrived than was noted: only the broker knows
    for (int i = count - 1; i >= 0; i--) {
      hub.fellBehind(readers[i]);
    }
  }

  /** Keeps a page at hand. */
  void keepPage(Batch batch) {
    keep(hub.recent().addPage(this, batch));
  }

  private Recent.Entry keep(Recent.Entry entry) {
    Batch batch = entry.batch();
    if (batch.follows().epoch() != recentEpoch) {
      dropRecent();
      recentEpoch = batch.follows().epoch();
    }
    Recent.Entry before = recent.put(batch.events().get(0).offset(), entry);
    if (before != null) {
      hub.recent().drop(before);
    }
    return entry;
  }

  /** The entry that has the event after a reader's position, if it is at hand. */
  Recent.@Nullable Entry after(Reader reader) {
    Map.Entry<Long, Recent.Entry> found = recent.floorEntry(reader.offset() + 1);
    if (found == null) {
      return null;
    }
    Recent.Entry entry = found.getValue();
    Batch batch = entry.batch();
    if (reader.offset() >= batch.last().offset()) {
      return null;
    }
    int index = indexAfter(reader, entry);
    Position before = index == 0 ? batch.follows() : batch.at(index - 1);
    return reader.standsBefore(before) ? entry : null;
  }

  /** Which event of an entry comes next for a reader. */
  static int indexAfter(Reader reader, Recent.Entry entry) {
    return (int) (reader.offset() - entry.batch().follows().offset());
  }

  /** The loop has let go of an entry. */
  void forget(Recent.Entry entry) {
    recent.remove(entry.batch().events().get(0).offset(), entry);
  }

  void dropRecent() {
    recent.values().forEach(hub.recent()::drop);
    recent.clear();
  }
}
