package io.sluice.channel.hub;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
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
  private final int hash;

  /** The reader at index 0; most channels have no other. */
  private @Nullable Reader first;

  /** The readers from index 1 on; null while there never were two. */
  private @Nullable Reader @Nullable [] others;

  /** Written by the loop alone; any thread may look. */
  private volatile int count;

  private int behind;

  /** What goes on; null in a channel that is quiet, as most are. */
  private @Nullable Activity activity;

  /** Counts what was delivered, so that an answer of the broker is known to be older or newer. */
  private int deliveries;

  /** The offset of the last position that this loop knows the log to have had. */
  private long knownHead = UNKNOWN;

  private long knownEpoch;

  /** What a channel has only while events come or are read. */
  private static final class Activity {

    /** Arrived and not yet given to the readers, without holes between them. */
    final List<Batch> arrived = new ArrayList<>(1);

    /** Whether something is to be given to the readers. */
    boolean due;

    /** What the home loop wants to know the end of. */
    @Nullable Round round;

    /** What is being given, and how many readers at the front of the list still wait for it. */
    Recent.@Nullable Entry giving;

    int place;
    int written;

    /** Batches at hand by the offset of their first event, all of one epoch. */
    final TreeMap<Long, Recent.Entry> recent = new TreeMap<>();

    /** Pages asked for, by the position they follow, with the readers that wait. */
    final Map<Position, List<Reader>> reading = new HashMap<>();
  }

  LoopChannel(LoopHub hub, String name) {
    this.hub = hub;
    this.name = name;
    this.hash = Channel.hash(name);
  }

  String name() {
    return name;
  }

  int hash() {
    return hash;
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
    List<Reader> waiting = activity == null ? null : activity.reading.get(after);
    return waiting != null && waiting.add(reader);
  }

  /** The page after a position has been asked for, for this reader first. */
  void startReading(Position after, Reader reader) {
    List<Reader> waiting = new ArrayList<>(1);
    waiting.add(reader);
    active().reading.put(after, waiting);
  }

  /** Who waited for the page after a position, which has come. */
  List<Reader> endReading(Position after) {
    List<Reader> waiting = activity == null ? null : activity.reading.remove(after);
    restIfQuiet();
    return waiting == null ? List.of() : waiting;
  }

  private Activity active() {
    if (activity == null) {
      activity = new Activity();
    }
    return activity;
  }

  private void restIfQuiet() {
    Activity now = activity;
    if (now != null && !now.due && now.recent.isEmpty() && now.reading.isEmpty()) {
      activity = null;
    }
  }

  int deliveries() {
    return deliveries;
  }

  /**
   * Notes the head that the broker told, unless something was delivered since it was asked that is
   * as new.
   */
  void learnHead(Position head, int deliveriesWhenAsked) {
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
      Reader reader = at(i);
      if (!reader.isLive()) {
        most = Math.max(most, reader.eventsUpTo(knownEpoch, knownHead));
      }
    }
    return most;
  }

  void add(Reader reader) {
    int index = count;
    if (index > 0 && others == null) {
      others = new Reader[1];
    } else if (others != null && index > others.length) {
      others = Arrays.copyOf(others, others.length * 2);
    }
    put(index, reader);
    count = index + 1;
  }

  private void put(int index, Reader reader) {
    reader.index = index;
    if (index == 0) {
      first = reader;
    } else if (others != null) {
      others[index - 1] = reader;
    }
  }

  /** The reader at an index below the count. */
  @SuppressWarnings("NullAway") // below the count there is none that is null
  private Reader at(int index) {
    return index == 0 ? first : others[index - 1];
  }

  /** Takes a reader out; one from the end takes its place, so walk the list downwards. */
  void remove(Reader reader) {
    int left = count - 1;
    put(reader.index, at(left));
    if (left == 0) {
      first = null;
    } else if (others != null) {
      others[left - 1] = null;
    }
    count = left;
    hub.removed(this, reader);
  }

  /** The readers there are now. */
  Queue<Reader> snapshot() {
    Queue<Reader> all = new ArrayDeque<>(count);
    for (int i = 0; i < count; i++) {
      all.add(at(i));
    }
    return all;
  }

  /** Notes what arrived; true if nothing was due for the channel. */
  boolean arrive(Round round) {
    Activity now = active();
    endRound(now);
    now.round = round;
    now.arrived.addAll(round.batches());
    boolean none = !now.due;
    now.due = true;
    return none;
  }

  /**
   * Gives what arrived to the readers that stand before it; the others are behind. No more than so
   * many frames, so that other channels and the network have their turn.
   *
   * @param more whether other channels are due in this turn
   * @return whether nothing is left
   */
  boolean deliver(Broker.Page page, int frames, boolean more) {
    Activity now = active();
    int left = frames;
    while (left > 0 && now.due) {
      if (now.giving == null) {
        next(now, page);
      } else {
        left = give(now, now.giving, left, more);
      }
    }
    if (!now.due) {
      endRound(now);
    }
    restIfQuiet();
    return !now.due;
  }

  private static void endRound(Activity now) {
    Round ended = now.round;
    now.round = null;
    if (ended != null) {
      ended.done();
    }
  }

  /** Joins what comes first of what arrived, up to a page. */
  private void next(Activity now, Broker.Page page) {
    List<Batch> arrived = now.arrived;
    if (arrived.isEmpty() || count == 0) {
      arrived.clear();
      now.due = false;
      return;
    }
    int to = 1;
    int events = arrived.get(0).events().size();
    long bytes = sizeBytes(arrived.get(0));
    while (to < arrived.size() && arrived.get(to).follows().equals(arrived.get(to - 1).last())) {
      events += arrived.get(to).events().size();
      bytes += sizeBytes(arrived.get(to));
      if (events > page.maxCount() || bytes > page.maxBytes()) {
        break;
      }
      to++;
    }
    Batch batch = merge(arrived.subList(0, to));
    arrived.subList(0, to).clear();
    if (!batch.isEmpty()) {
      deliveries++;
      now.giving = keep(hub.recent().addLive(this, batch));
      now.place = count;
      now.written = 0;
      know(batch.last());
    }
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

  /**
   * Goes on through the readers from the end, so that one which leaves is replaced by one that was
   * served.
   *
   * @return how many more frames may be written in this turn
   */
  private int give(Activity now, Recent.Entry entry, int atMost, boolean more) {
    Position last = entry.batch().last();
    boolean further = more || !now.arrived.isEmpty();
    int left = atMost;
    int place = now.place;
    while (left > 0 && place > 0) {
      place = Math.min(place, count) - 1; // a sink may close several readers at once
      Reader reader = place < 0 ? null : at(place);
      if (reader != null && reader.isLive()) {
        left -= entry.frameCost();
        if (deliver(reader, entry, last, further)) {
          now.written++;
        }
      }
    }
    now.place = place;
    if (place <= 0) {
      now.giving = null;
      if (now.written > 0) {
        hub.delivered(entry.batch());
      }
    }
    return left;
  }

  /** Whether the reader took all of it. */
  private boolean deliver(Reader reader, Recent.Entry entry, Position last, boolean more) {
    if (reader.standsBefore(entry.batch().follows())) {
      Frames frames = entry.forLive(reader);
      if (frames != null && reader.take(frames, 0, more)) {
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
    if (activity != null) {
      activity.arrived.clear();
      activity.giving = null;
      activity.due = false;
      endRound(activity);
      restIfQuiet();
    }
    knownHead = UNKNOWN; // more may have arrived than was noted: only the broker knows
    for (int i = count - 1; i >= 0; i--) {
      hub.fellBehind(at(i));
    }
  }

  /** Keeps a page at hand. */
  void keepPage(Batch batch) {
    keep(hub.recent().addPage(this, batch));
  }

  private Recent.Entry keep(Recent.Entry entry) {
    Batch batch = entry.batch();
    TreeMap<Long, Recent.Entry> recent = active().recent;
    if (!recent.isEmpty() && epoch(recent.firstEntry().getValue()) != epoch(entry)) {
      recent.values().forEach(hub.recent()::drop);
      recent.clear();
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
        activity == null ? null : activity.recent.floorEntry(reader.offset() + 1);
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
    if (activity != null) {
      activity.recent.remove(entry.batch().events().get(0).offset(), entry);
      restIfQuiet();
    }
  }

  void dropRecent() {
    if (activity != null) {
      activity.recent.values().forEach(hub.recent()::drop);
      activity.recent.clear();
      restIfQuiet();
    }
  }
}
