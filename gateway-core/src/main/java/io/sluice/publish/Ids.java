package io.sluice.publish;

import io.sluice.access.Credential;
import io.sluice.channel.Broker.PublishId;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The ids of publishes as one text: (credential, key, item), each part with its length before it so
 * that no two triples join to the same text (PUB-7).
 */
final class Ids {

  private final String prefix;
  private long made;

  Ids() {
    byte[] random = new byte[12];
    new SecureRandom().nextBytes(random);
    prefix = "g" + HexFormat.of().formatHex(random) + "-";
  }

  /**
   * The id of an item.
   *
   * @param key the {@code Idempotency-Key}, or null
   * @param item the item's own id, or null: then its index stands for it
   */
  PublishId of(Credential credential, @Nullable String key, @Nullable String item, long index) {
    if (key == null && item == null) {
      return new PublishId(prefix + made++, false);
    }
    String name = credential.name();
    String part = key == null ? "-" : "+" + key;
    String last = item == null ? "#" + index : "=" + item;
    return new PublishId(name.length() + ":" + name + part.length() + ":" + part + last, true);
  }
}
