package io.sluice.proxy;

import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of headers, whatever the case of their letters. Asking allocates nothing. For names that
 * are ours: what others choose could be made to collide.
 */
final class NameSet {

  private final @Nullable String[] slots;

  private NameSet(int size) {
    slots = new String[Integer.highestOneBit(Math.max(size, 1) * 4) * 2];
  }

  static NameSet of(String... names) {
    NameSet set = new NameSet(names.length);
    for (String name : names) {
      set.slots[set.slot(name)] = name;
    }
    return set;
  }

  boolean contains(CharSequence name) {
    return slots[slot(name)] != null;
  }

  /** The same for the few names of a list, such as one of the configuration. */
  static boolean isAmong(List<String> names, CharSequence name) {
    for (int i = 0; i < names.size(); i++) {
      if (AsciiString.contentEqualsIgnoreCase(names.get(i), name)) {
        return true;
      }
    }
    return false;
  }

  /** Where it stands, or the empty place where it would; there is always one. */
  private int slot(CharSequence name) {
    int mask = slots.length - 1;
    int at = AsciiString.hashCode(name) & mask;
    while (true) {
      String there = slots[at];
      if (there == null || AsciiString.contentEqualsIgnoreCase(there, name)) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }
}
