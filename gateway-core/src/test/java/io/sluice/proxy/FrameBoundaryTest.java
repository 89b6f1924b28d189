package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class FrameBoundaryTest {

  /** Frames of all three kinds of length, masked and not, cut anywhere. */
  @Property(tries = 200)
  void knowsExactlyWhereFramesEnd(@ForAll long seed) {
    Random random = new Random(seed);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Set<Integer> ends = new HashSet<>(Set.of(0));
    for (int i = 0; i < 5; i++) {
      frame(bytes, random);
      ends.add(bytes.size());
    }
    FrameBoundary boundary = new FrameBoundary();
    byte[] all = bytes.toByteArray();
    for (int at = 0; at < all.length; ) {
      assertThat(boundary.isBetweenFrames()).isEqualTo(ends.contains(at));
      int length = Math.min(all.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 5000));
      boundary.watch(Unpooled.wrappedBuffer(all, at, length));
      at += length;
    }
    assertThat(boundary.isBetweenFrames()).isTrue();
  }

  private static void frame(ByteArrayOutputStream bytes, Random random) {
    int length = new int[] {0, 5, 125, 126, 3000, 65535, 65536, 70000}[random.nextInt(8)];
    int mask = random.nextBoolean() ? 0x80 : 0;
    bytes.write(0x82);
    if (length < 126) {
      bytes.write(mask | length);
    } else if (length < 65536) {
      bytes.write(mask | 126);
      bytes.write(length >> 8);
      bytes.write(length);
    } else {
      bytes.write(mask | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        bytes.write((int) ((long) length >> shift));
      }
    }
    byte[] payload = new byte[length + (mask == 0 ? 0 : 4)];
    random.nextBytes(payload);
    bytes.writeBytes(payload);
  }
}
