package io.sluice.cluster.history;

import java.util.Locale;

/**
 * The ways in which a run can break the promises of {@code docs/reliability.md}. Of each a run has
 * to have none.
 */
public enum Kind {

  /**
   * A reader owes itself an event and never saw it. It owes every event of its channel that was
   * acknowledged, or that any reader saw, and that lies behind its first position: in the same
   * epoch by offset, in another one by time (its publish began after the reader had its first
   * position). A gap that it was told excuses the events that the gap may stand for, and no others:
   *
   * <ul>
   *   <li>within an epoch, those between the position before the gap and the one to go on from;
   *   <li>into another epoch, those of the old one behind the position before the gap whose publish
   *       began before the reader was told, those of the new one up to the position to go on from,
   *       and those of epochs in which the reader never stood whose publish began before it was
   *       told.
   * </ul>
   *
   * A reader that left owes itself what lies up to its last position. One that did not leave owes
   * itself everything: a run drains (publishing stops, readers go on) before it is judged.
   */
  LOST,

  /**
   * A reader saw the same position twice, or the same publish at two positions of one epoch; or one
   * publish has two positions in one epoch, by whatever answers and readers tell.
   *
   * <p>A publish of unknown outcome that is sent again after its epoch was lost may be seen in both
   * epochs; between them every reader is told of a gap. That is counted as {@code again}, and is no
   * violation.
   */
  REPEATED,

  /**
   * A reader saw an event at an offset that is not above its position, without having seen that
   * event before; or two different events have the same place in one epoch; or a publish began
   * after another one was acknowledged, and has the lower offset in the same epoch.
   */
  REORDERED,

  /**
   * A reader saw what nobody published: an unknown id, other content than that of the publish, or a
   * publish of which every answer says that it surely was not taken.
   */
  PHANTOM,

  /**
   * A reader was moved on without being told: the event that it saw does not follow the position at
   * which it stood (a hole in the offsets, or another epoch), or the gateway says that reading goes
   * on from another place ahead, and no gap was told in between. An event before any position was
   * told counts too.
   */
  SILENT_GAP,

  /**
   * A reader saw an event, a position or a gap of a channel that it did not ask for, or an event
   * that was published to another channel than the one that it came under.
   */
  CROSS_TALK;

  /** As in the last line of {@code scripts/chaos}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
