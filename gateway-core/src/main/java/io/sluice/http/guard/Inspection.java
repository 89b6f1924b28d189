package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.config.Config;
import io.sluice.http.Problem;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What a guard makes of the head of a request, asked for without a connection. */
public sealed interface Inspection {

  /** It is answered so, and the connection ends. */
  record Refused(Problem problem) implements Inspection {}

  /**
   * It comes to its handler; each character is a byte.
   *
   * @param target in origin-form, or {@code *}
   * @param headers without those that are dropped
   */
  record Passed(String method, String target, MultiMap headers) implements Inspection {}

  /**
   * Inspects.
   *
   * @param limits of which the bounds of heads are used
   * @param head all of its lines; with the last of them, which is empty, it ends
   * @throws IllegalArgumentException if it does not end so
   */
  static Inspection of(Config.Limits limits, byte[] head) {
    HeadScanner scanner = new HeadScanner(HeadScanner.HeadLimits.of(limits));
    ByteBuf bytes = Unpooled.wrappedBuffer(head);
    int length = scanner.scan(bytes);
    if (length == HeadScanner.REFUSED) {
      return new Refused(Objects.requireNonNull(scanner.problem()));
    }
    if (length != head.length) {
      throw new IllegalArgumentException("this is not one head, with its empty line");
    }
    ByteBuf whole = scanner.passedOn(bytes, UnpooledByteBufAllocator.DEFAULT);
    try {
      return passed(whole.toString(StandardCharsets.ISO_8859_1).split("\r\n"));
    } finally {
      whole.release();
    }
  }

  /** What has passed is well-formed. */
  private static Passed passed(String[] lines) {
    String[] first = lines[0].split(" ", -1);
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.add(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
    }
    return new Passed(first[0], first[1], headers);
  }
}
