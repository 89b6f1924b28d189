package io.sluice.channel;

import java.util.Locale;

/**
 * Events after a reader's position may be missing.
 *
 * @param reason why
 * @param goOn where reading goes on
 */
public record Gap(Reason reason, Position goOn) {

  /** Why events are missing: {@code docs/protocol.md} GAP-2. */
  public enum Reason {
    /** Pushed out of the history by its count or its bytes, or by the node's byte budget. */
    TRIMMED,
    /** Older than the history keeps. */
    EXPIRED,
    /** The log is in another life: acknowledged events may have been lost. */
    EPOCH,
    /** The log was emptied on request. */
    DELETED,
    /** A position that this log never had, or an unusable cursor. */
    UNKNOWN;

    /** The word on the wire. */
    public String slug() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
