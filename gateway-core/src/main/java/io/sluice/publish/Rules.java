package io.sluice.publish;

import io.sluice.access.Credential;
import io.sluice.channel.Channel;
import io.sluice.channel.Event;
import io.sluice.config.Config;
import io.sluice.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every shape of a publish has to keep to: names, ids, types, data, and the key's channels.
 */
final class Rules {

  static final int MAX_NAME_BYTES = 64;
  static final int MAX_ID_BYTES = 255;

  private static final String OCTETS = "application/octet-stream";

  private final Credential credential;
  private final Config.Publish config;
  private final Json json;

  Rules(Credential credential, Config.Publish config, Json json) {
    this.credential = credential;
    this.config = config;
    this.json = json;
  }

  /** A body and the type that was declared for it. */
  @SuppressWarnings("ArrayRecordComponent") // bytes are shared, not compared
  record Raw(@Nullable String type, byte[] bytes) {}

  /** Data as an event carries it. */
  @SuppressWarnings("ArrayRecordComponent") // bytes are shared, not compared
  record Data(@Nullable String type, Event.Kind kind, byte[] bytes) {}

  void channel(String channel, List<String> path, Faults faults) {
    String problem = Channel.problem(channel);
    if (problem != null) {
      faults.add(path, Problem.Kind.BAD_CHANNEL_IN_BODY, problem);
    } else if (!credential.may(channel)) {
      faults.add(path, Problem.Kind.FORBIDDEN, "the key may not publish to this channel");
    }
  }

  /**
   * An event's name in its one form (NAM-4).
   *
   * @return null for {@code message}, which is no name, and for a fault
   */
  @Nullable String name(@Nullable String name, String member, Faults faults) {
    if (name == null || name.equals("message")) {
      return null;
    }
    String problem = nameProblem(name);
    if (problem != null) {
      faults.add(member, Problem.Kind.INVALID, problem);
      return null;
    }
    return name;
  }

  private static @Nullable String nameProblem(String name) {
    if (name.equals("open") || name.equals("error") || name.startsWith("sluice.")) {
      return "the event name is reserved (expected another one than open, error and sluice.…)";
    }
    return textProblem("the event name", name, MAX_NAME_BYTES);
  }

  /** Checks an id or an {@code Idempotency-Key}. */
  static @Nullable String idProblem(String what, String id) {
    return textProblem(what, id, MAX_ID_BYTES);
  }

  private static @Nullable String textProblem(String what, String text, int maxBytes) {
    byte[] bytes = Utf8.encode(text);
    if (bytes == null) {
      return what + " is not valid Unicode (expected 1 to " + maxBytes + " bytes of UTF-8)";
    }
    if (bytes.length < 1 || bytes.length > maxBytes) {
      return what + " has " + bytes.length + " bytes (expected 1 to " + maxBytes + ")";
    }
    return text.chars().anyMatch(Character::isISOControl)
        ? what + " has a control character (expected none)"
        : null;
  }

  /** Whether a type is absent or a media type; a fault if neither. */
  boolean type(@Nullable String type, String member, Faults faults) {
    if (type == null || MediaType.isValid(type)) {
      return true;
    }
    faults.add(
        member, Problem.Kind.INVALID, "not a media type (expected e.g. text/plain, at most 255)");
    return false;
  }

  /** Data that came as bytes, with a valid type or none (which means text). */
  @Nullable Data bytes(@Nullable String type, byte[] bytes, List<String> path, Faults faults) {
    if (bytes.length > config.maxEventBytes()) {
      faults.add(path, Problem.Kind.TOO_LARGE, tooLarge(bytes.length));
      return null;
    }
    Event.Kind kind = type == null ? Event.Kind.TEXT : MediaType.kind(type);
    String problem =
        switch (kind) {
          case BINARY -> null;
          case JSON -> json.problem(bytes);
          case TEXT -> Utf8.isValid(bytes) ? null : notUtf8(type);
        };
    if (problem != null) {
      faults.add(path, Problem.Kind.INVALID, "the data is " + problem);
      return null;
    }
    return new Data(type, kind, bytes);
  }

  private static String notUtf8(@Nullable String type) {
    String charset = type == null ? null : MediaType.charset(type);
    return charset == null || charset.equalsIgnoreCase("utf-8")
        ? "not valid UTF-8 (expected text, or a binary type)"
        : "not valid UTF-8, and charset="
            + charset
            + " is not converted (expected UTF-8): convert it, or publish it with a binary type,"
            + " e.g. application/octet-stream";
  }

  /** Text that came as a JSON string. */
  @Nullable Data text(@Nullable String type, String text, String member, Faults faults) {
    byte[] bytes = Utf8.encode(text);
    if (bytes == null) {
      faults.add(member, Problem.Kind.INVALID, "half of a surrogate pair (expected valid Unicode)");
      return null;
    }
    return bytes(type, bytes, List.of(member), faults);
  }

  /** Bytes that came as base64; without a type they are binary. */
  @Nullable Data base64(@Nullable String type, String text, String member, Faults faults) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException notBase64) {
      faults.add(member, Problem.Kind.INVALID, "not base64 (expected RFC 4648 §4)");
      return null;
    }
    return bytes(type == null ? OCTETS : type, bytes, List.of(member), faults);
  }

  private String tooLarge(int size) {
    return "the data has "
        + size
        + " bytes (expected at most "
        + config.maxEventBytes()
        + ", publish.max-event)";
  }
}
