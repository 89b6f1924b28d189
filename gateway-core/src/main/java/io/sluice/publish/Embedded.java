package io.sluice.publish;

import io.sluice.channel.Event;
import io.sluice.http.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The member {@code data} of an envelope, by the type that is declared for it (PUB-3). */
final class Embedded {

  private Embedded() {}

  /**
   * Without a type a string is text and anything else JSON; with a JSON type it is that JSON value;
   * with another text type it is a string.
   */
  static Rules.@Nullable Data data(
      Rules rules, Members members, @Nullable String type, Faults faults) {
    String text = members.text("data");
    if (type == null) {
      return text == null
          ? json(rules, members, "application/json", faults)
          : rules.text(null, text, "data", faults);
    }
    Event.Kind kind = MediaType.kind(type);
    if (kind == Event.Kind.JSON) {
      return json(rules, members, type, faults);
    }
    if (kind == Event.Kind.BINARY) {
      faults.add(
          "data", Problem.Kind.INVALID, "binary by its type (expected base64 in another member)");
      return null;
    }
    if (text == null) {
      faults.add("data", Problem.Kind.INVALID, "not a string (expected one with this type)");
      return null;
    }
    return rules.text(type, text, "data", faults);
  }

  static Rules.@Nullable Data json(Rules rules, Members members, String type, Faults faults) {
    return rules.bytes(type, members.raw("data"), List.of("data"), faults);
  }
}
