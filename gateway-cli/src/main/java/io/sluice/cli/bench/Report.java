package io.sluice.cli.bench;

/**
 * What came of a run. Numbers are those of the measured time, after the warm-up; what was wrong
 * counts from the first event on.
 *
 * @param seconds from the first event to the last delivery
 * @param events published
 * @param deliveries events times readers that got them
 * @param time delivery times, from the request that publishes to the reader, in microseconds
 * @param wrong what must not be
 * @param clientCpuSeconds processor time of this process
 * @param server what the server used; all 0 if it was not watched
 */
public record Report(
    double seconds,
    long events,
    long deliveries,
    Histogram time,
    Wrong wrong,
    double clientCpuSeconds,
    Server server) {

  /**
   * What must not be.
   *
   * @param gaps events that a reader did not get although it got later ones
   * @param repeats events that a reader got again, or after later ones
   * @param missing deliveries that had not come some seconds after the last event
   * @param closed readers whose connection ended
   */
  public record Wrong(long gaps, long repeats, long missing, long closed) {

    /** Whether nothing is wrong. */
    public boolean none() {
      return gaps == 0 && repeats == 0 && missing == 0 && closed == 0;
    }
  }

  /**
   * What the server's process used.
   *
   * @param cpuSeconds user and system time
   * @param idleBytes its memory before readers connected
   * @param bytes its memory at the end
   */
  public record Server(double cpuSeconds, long idleBytes, long bytes) {}

  /** Deliveries in a second. */
  public double perSecond() {
    return seconds > 0 ? deliveries / seconds : 0;
  }

  /** Microseconds of processor time for each delivery. */
  public double eachUs(double cpuSeconds) {
    return deliveries == 0 ? 0 : cpuSeconds * 1e6 / deliveries;
  }
}
