package io.sluice.publish;

import org.jspecify.annotations.Nullable;

/** A shape that an item can have in JSON. */
interface Form {

  /** Reads one object; null if there was a fault, which has been added. */
  @Nullable Item read(Members members, Faults faults);
}
