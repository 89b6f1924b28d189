package io.sluice.channel.log;

import io.sluice.channel.Broker;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tells whether a publish whose id was seen before has the content that it had then. */
public final class Fingerprint {

  private Fingerprint() {}

  /** 128 bits that stand for a publish's name, type and data. */
  public static byte[] of(Broker.Publication publication) {
    MessageDigest digest = sha256();
    update(digest, publication.name());
    update(digest, publication.type());
    digest.update(publication.data());
    return Arrays.copyOf(digest.digest(), 16);
  }

  private static void update(MessageDigest digest, @Nullable String text) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    digest.update((byte) (text == null ? 0 : 1));
    digest.update((byte) (bytes.length >>> 8));
    digest.update((byte) bytes.length);
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
