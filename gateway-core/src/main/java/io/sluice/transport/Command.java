package io.sluice.transport;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A message of a {@code sluice.v1.json} client: {@code docs/protocol.md} WS-10 to WS-14. Members
 * that are not of the protocol are passed over.
 *
 * @param op what is asked, or null if that could not be read
 * @param rewind −1 if there was none
 * @param ref to come back in the answer, as far as it could be read
 * @param problem what is malformed, for people, or null
 */
record Command(
    @Nullable String op,
    @Nullable String channel,
    @Nullable String since,
    long rewind,
    @Nullable String ref,
    @Nullable String problem) {

  private static final int MAX_REF_CHARACTERS = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Clients choose the names: they must not stay in a table.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(32).build())
          .build();

  /** Reads a message; what is wrong with it is in {@link #problem}. */
  static Command read(byte[] message) {
    Fields fields = new Fields();
    try (JsonParser parser = JSON.createParser(message)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        fields.problem("the message is no JSON object");
      } else {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          fields.take(parser);
        }
        if (parser.nextToken() != null) {
          fields.problem("something follows the JSON object");
        }
      }
    } catch (StreamConstraintsException beyond) {
      fields.problem("the message has a number, a name or a depth beyond what is read");
    } catch (IOException malformed) {
      fields.problem("the message is not valid JSON");
    }
    return fields.command();
  }

  private static final class Fields {
    private @Nullable String op;
    private @Nullable String channel;
    private @Nullable String since;
    private long rewind = -1;
    private @Nullable String ref;
    private @Nullable String problem;

    void problem(String found) {
      if (problem == null) {
        problem = found;
      }
    }

    void take(JsonParser parser) throws IOException {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "op" -> op = text(parser, name);
        case "channel" -> channel = text(parser, name);
        case "since" -> since = text(parser, name);
        case "ref" -> ref = ref(text(parser, name));
        case "rewind" -> {
          rewind = value == JsonToken.VALUE_NUMBER_INT ? count(parser) : -1;
          if (rewind < 0) {
            problem(
                "rewind is malformed (expected a whole number of events from 0 to "
                    + SubscribeRequest.MAX_NUMBER
                    + ")");
            parser.skipChildren();
          }
        }
        default -> parser.skipChildren();
      }
    }

    /** Of events; negative if it is out of bounds. */
    private static long count(JsonParser parser) throws IOException {
      boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
      return fits && parser.getLongValue() <= SubscribeRequest.MAX_NUMBER
          ? parser.getLongValue()
          : -1;
    }

    private @Nullable String text(JsonParser parser, String name) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        return parser.getText();
      }
      problem(name + " is malformed (expected a string)");
      parser.skipChildren();
      return null;
    }

    private @Nullable String ref(@Nullable String text) {
      if (text != null && text.codePointCount(0, text.length()) > MAX_REF_CHARACTERS) {
        problem("ref is too long (expected at most " + MAX_REF_CHARACTERS + " characters)");
        return null;
      }
      return text;
    }

    Command command() {
      if (op == null) {
        problem("op is missing");
      }
      if (since != null && rewind >= 0) {
        problem("since and rewind exclude each other (expected at most one)");
      }
      return new Command(op, channel, since, rewind, ref, problem);
    }
  }
}
