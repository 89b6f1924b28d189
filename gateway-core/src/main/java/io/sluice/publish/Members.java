package io.sluice.publish;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.http.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object of an envelope: what each member is and where its bytes stand in the request.
 * Values stay bytes, so that embedded data is exactly what was published.
 */
final class Members {

  /** For parts of what has been read already. */
  private static final Json PART = new Json(Integer.MAX_VALUE, () -> {});

  private final byte[] document;
  private final Map<String, Member> members = new LinkedHashMap<>();

  /**
   * A member's value.
   *
   * @param start of its bytes in the document
   * @param end after them
   * @param text of a string, or null for another value
   */
  private record Member(JsonToken token, int start, int end, @Nullable String text) {}

  private Members(byte[] document) {
    this.document = document;
  }

  /** Reads the object whose start is the current token; repeated members are faults. */
  static Members read(byte[] document, JsonParser parser, Faults faults) throws IOException {
    Members result = new Members(document);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
      parser.skipChildren();
      parser.finishToken();
      int end = Math.toIntExact(parser.currentLocation().getByteOffset());
      String text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
      if (result.members.put(name, new Member(token, start, end, text)) != null) {
        faults.add(name, Problem.Kind.INVALID, "the member is there twice (expected once)");
      }
    }
    return result;
  }

  Set<String> names() {
    return members.keySet();
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  boolean isNull(String name) {
    Member member = members.get(name);
    return member != null && member.token == JsonToken.VALUE_NULL;
  }

  /** The text of a string; null for another value and for an absent member. */
  @Nullable String text(String name) {
    Member member = members.get(name);
    return member == null ? null : member.text;
  }

  /** The text of a string; a fault and null for another value; null for an absent member. */
  @Nullable String string(String name, Faults faults) {
    Member member = members.get(name);
    if (member == null) {
      return null;
    }
    if (member.text == null) {
      faults.add(name, Problem.Kind.INVALID, "not a string (expected a string)");
    }
    return member.text;
  }

  /** The bytes of a value as they came. The member must be there. */
  byte[] raw(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw new IllegalArgumentException("no member " + name);
    }
    return Arrays.copyOfRange(document, member.start, member.end);
  }

  /** The strings of an array; null for another value and for an array of anything else. */
  @Nullable List<String> strings(String name) {
    try {
      return PART.read(
              raw(name),
              parser -> {
                List<String> texts = new ArrayList<>();
                boolean clean = parser.nextToken() == JsonToken.START_ARRAY;
                while (clean && parser.nextToken() == JsonToken.VALUE_STRING) {
                  texts.add(parser.getText());
                }
                clean = clean && parser.currentToken() == JsonToken.END_ARRAY;
                parser.close();
                return clean ? Optional.of(texts) : Optional.<List<String>>empty();
              })
          .orElse(null);
    } catch (Json.Malformed impossible) {
      throw new IllegalStateException("a part of a valid document is valid", impossible);
    }
  }
}
