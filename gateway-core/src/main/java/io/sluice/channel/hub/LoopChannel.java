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

  private static final long UNKNOWN = -1;

  private final LoopHub hub;
  private final String name;
  private Reader[] readers = new Reader[1];

  /** Written by the loop alone; any thread may look. */
  private volatile int count;

  private int behind;

  /** Arrived and not yet given to the readers, without holes between them; null for nothing. */
  private @Nullable List<Batch> arrived;

  /**
   * Batches at hand by the offset of their first event, all of one epoch; null for none, as in a
   * channel that is quiet.
   */
  private @Nullable TreeMap<Long, Recent.Entry> recent;

  /** Counts what was delivered, so that an answer of the broker is known to be older or newer. */
  private long deliveries;

  /** The offset of the last position that this loop knows the log to have had. */
  private long knownHead = UNKNOWN;

  private long knownEpoch;

  /** Pages asked for, by the position they follow, with the readers that wait; null for none. */
  private @Nullable Map<Position, List<Reader>> reading;

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

  /** Readers now. Any thread may ask. */
  int count() {
    return count;
  }

  /**
   * Lets a reader wait for the page after its position.
   *
   * @return false if nobody waits for that page yet: then it is to be asked for first
   */
  boolean joinReading(Position after, Reader reader) {
    List<Reader> waiting = reading == null ? null : reading.get(after);
    return waiting != null && waiting.add(reader);
  }

  /** The page after a position has been asked for, for this reader first. */
  void startReading(Position after, Reader reader) {
    if (reading == null) {
      reading = new HashMap<>(2);
    }
    List<Reader> waiting = new ArrayList<>(1);
    waiting.add(reader);
    reading.put(after, waiting);
  }

  /** Who waited for the page after a position, which has come. */
  List<Reader> endReading(Position after) {
    List<Reader> waiting = reading == null ? null : reading.remove(after);
    if (reading != null && reading.isEmpty()) {
      reading = null;
    }
    return waiting == null ? List.of() : waiting;
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
        knownHead == UNKNOWN || (head.epoch() == knownEpoch && head.offset() > knownHead);
    if (newer || deliveries == deliveriesWhenAsked) {
      know(head);
    }
  }

  private void know(Position head) {
    knownEpoch = head.epoch();
    knownHead = head.offset();
  }

  /** Whether nothing is known that lies ahead of a reader. What comes reaches it as it arrives. */
  boolean isAtHead(Reader reader) {
    return knownHead != UNKNOWN && reader.isPast(knownEpoch, knownHead);
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
    long most = 0;
    for (int i = 0; knownHead != UNKNOWN && i < count; i++) {
      if (readers[i].state != Reader.State.LIVE) {
        most = Math.max(most, readers[i].eventsUpTo(knownEpoch, knownHead));
      }
    }
    return most;
  }

  void add(Reader reader) {
    int index = count;
    if (index == readers.length) {
      readers = Arrays.copyOf(readers, index * 2);
    }
    reader.index = index;
    readers[index] = reader;
    count = index + 1;
  }

  /** Takes a reader out; one from the end takes its place, so walk the list downwards. */
  @SuppressWarnings("NullAway") // an array's unused tail is null and never read
  void remove(Reader reader) {
    int left = count - 1;
    Reader last = readers[left];
    readers[reader.index] = last;
    last.index = reader.index;
    readers[left] = null;
    count = left;
    hub.removed(this, reader);
  }

  /** The readers there are now. */
  Queue<Reader> snapshot() {
    return new ArrayDeque<>(Arrays.asList(readers).subList(0, count));
  }

  /** Notes a batch that arrived; true if the channel had none waiting. */
  boolean arrive(Batch batch) {
    if (arrived == null) {
      arrived = new ArrayList<>(1);
    }
    arrived.add(batch);
    return arrived.size() == 1;
  }

  /** Gives what arrived to the readers that stand before it; the others are behind. */
  void deliver(Broker.Page page) {
    deliveries++;
    List<Batch> batches = arrived == null ? List.of() : arrived;
    int from = 0;
    while (from < batches.size()) {
      int to = from + 1;
      int events = batches.get(from).events().size();
      long bytes = sizeBytes(batches.get(from));
      while (to < batches.size() && batches.get(to).follows().equals(batches.get(to - 1).last())) {
        events += batches.get(to).events().size();
        bytes += sizeBytes(batches.get(to));
        if (events > page.maxCount() || bytes > page.maxBytes()) {
          break;
        }
        to++;
      }
      deliver(merge(batches.subList(from, to)));
      from = to;
    }
    arrived = null;
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
    know(last);
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
    arrived = null;
    knownHead = UNKNOWN; // more may have arrived than was noted: only the broker knows
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
    if (recent != null && epoch(recent.firstEntry().getValue()) != epoch(entry)) {
      dropRecent();
    }
    if (recent == null) {
      recent = new TreeMap<>();
    }
    Recent.Entry before = recent.put(batch.events().get(0).offset(), entry);
    if (before != null) {
      hub.recent().drop(before);
    }
    return entry;
  }

  private static long epoch(Recent.Entry entry) {
    return entry.batch().follows().epoch();
  }

  /** The entry that has the event after a reader's position, if it is at hand. */
  Recent.@Nullable Entry after(Reader reader) {
    Map.Entry<Long, Recent.Entry> found =
        recent == null ? null : recent.floorEntry(reader.offset() + 1);
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
    if (recent != null) {
      recent.remove(entry.batch().events().get(0).offset(), entry);
      if (recent.isEmpty()) {
        recent = null;
      }
    }
  }

  void dropRecent() {
    if (recent != null) {
      recent.values().forEach(hub.recent()::drop);
      recent = null;
    }
  }
}
