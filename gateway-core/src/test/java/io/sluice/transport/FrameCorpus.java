package io.sluice.transport;

import io.sluice.http.guard.Corpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** The kept frames of {@code frames.txt}, good and bad. */
public final class FrameCorpus {

  private FrameCorpus() {}

  /**
   * One input.
   *
   * @param section the last comment before it
   * @param expected {@code goes on}, {@code closed CODE} or the code of a violation
   * @param frames as they are sent
   */
  public record Vector(String section, String name, String expected, List<byte[]> frames) {

    /** Whether the client has no subprotocol. */
    public boolean isPlain() {
      return section.startsWith("plain");
    }

    public byte[] bytes() {
      return ClientFrames.join(frames.toArray(new byte[0][]));
    }

    /** The close that comes back, as {@code close CODE}; empty if none does. */
    public String close() {
      return switch (expected.split(" ", -1)[0]) {
        case "goes" -> "";
        case "closed" -> "close" + expected.substring("closed".length());
        default -> "close " + expected;
      };
    }

    @Override
    public String toString() {
      return section + ": " + name;
    }
  }

  /** All of them. */
  public static List<Vector> all() {
    return Corpus.of("/io/sluice/transport/frames.txt").stream()
        .map(each -> new Vector(each.section(), each.name(), each.expected(), frames(each.raw())))
        .toList();
  }

  private static List<byte[]> frames(String written) {
    List<byte[]> frames = new ArrayList<>();
    for (String frame : written.strip().split(" ", -1)) {
      int colon = frame.indexOf(':');
      frames.add(
          colon < 0
              ? HexFormat.of().parseHex(frame, 1, frame.length())
              : ClientFrames.frame(
                  Integer.parseInt(frame, 0, colon, 16), frame.substring(colon + 1)));
    }
    return frames;
  }

  /** The payload of a masked frame of less than 126 bytes. */
  static byte[] payload(byte[] frame) {
    byte[] payload = Arrays.copyOfRange(frame, 6, frame.length);
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (payload[i] ^ frame[2 + i % 4]);
    }
    return payload;
  }
}
