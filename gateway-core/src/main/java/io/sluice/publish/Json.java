package io.sluice.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) from bytes, strictly: UTF-8 without a byte order mark, one value, and no
 * more arrays and objects inside each other than is configured.
 */
final class Json {

  /** What messages of the parser say about itself. */
  private static final Pattern INTERNALS =
      Pattern.compile("(?s)(: enable `|: maybe a | \\(not recognized|\\[Source:).*");

  private final int maxDepth;
  private final Runnable depthHit;
  private final JsonFactory factory;

  /**
   * @param maxDepth {@code publish.max-depth}
   * @param depthHit called for each document that is deeper
   */
  Json(int maxDepth, Runnable depthHit) {
    this.maxDepth = maxDepth;
    this.depthHit = depthHit;
    this.factory =
        JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names are the client's to choose
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(maxDepth)
                    .maxNumberLength(1000)
                    .maxStringLength(Integer.MAX_VALUE) // bounded by the document
                    .build())
            .build();
  }

  /** Bytes are no JSON. Says where and why. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Reads with a parser that stands before the first token. Closes it if the rest is of no
   * interest.
   */
  @FunctionalInterface
  interface Reading<T> {
    T read(JsonParser parser) throws IOException, Malformed;
  }

  /** Reads the one value of a document. */
  <T> T read(byte[] document, Reading<T> reading) throws Malformed {
    checkEncoding(document);
    try (JsonParser parser = factory.createParser(document)) {
      return read(parser, reading);
    } catch (IOException e) {
      throw new UncheckedIOException("reading an array cannot fail", e);
    }
  }

  private <T> T read(JsonParser parser, Reading<T> reading) throws IOException, Malformed {
    try {
      T result = reading.read(parser);
      if (!parser.isClosed() && parser.nextToken() != null) {
        throw new Malformed("not valid JSON: more follows the value" + where(parser));
      }
      return result;
    } catch (JsonProcessingException e) {
      if (e instanceof StreamConstraintsException && isTooDeep(parser)) {
        depthHit.run();
        throw new Malformed(
            "nested more than " + maxDepth + " levels deep (publish.max-depth)" + where(e));
      }
      throw new Malformed("not valid JSON: " + why(e) + where(e));
    }
  }

  /** In words for who sent it: the parser's own tell of its switches and its source too. */
  private static String why(JsonProcessingException e) {
    if (e instanceof JsonEOFException) {
      return "it ends too early";
    }
    if (e instanceof StreamConstraintsException) {
      return "a number or a member's name is too long";
    }
    String told = e.getOriginalMessage();
    return told == null ? "it does not parse" : INTERNALS.matcher(told).replaceAll("");
  }

  /** The parser stops at the first array or object that is inside of too many others. */
  private boolean isTooDeep(JsonParser parser) {
    return parser.getParsingContext().getNestingDepth() > maxDepth;
  }

  /** Says why bytes are no JSON document; null if they are one. */
  @Nullable String problem(byte[] document) {
    try {
      read(
          document,
          parser -> {
            if (parser.nextToken() == null) {
              throw new Malformed("not valid JSON: it is empty");
            }
            parser.skipChildren();
            parser.finishToken();
            return true;
          });
      return null;
    } catch (Malformed malformed) {
      return malformed.getMessage();
    }
  }

  /** Jackson guesses encodings from zero bytes and marks; without either there is UTF-8 alone. */
  private static void checkEncoding(byte[] document) throws Malformed {
    if (!Utf8.isValid(document)) {
      throw new Malformed("not valid UTF-8");
    }
    if (document.length >= 3
        && document[0] == (byte) 0xef
        && document[1] == (byte) 0xbb
        && document[2] == (byte) 0xbf) {
      throw new Malformed("not valid JSON: it starts with a byte order mark (RFC 8259 §8.1)");
    }
    for (byte b : document) {
      if (b == 0) {
        throw new Malformed("not valid JSON: it has a zero byte");
      }
    }
  }

  private static String where(JsonParser parser) {
    var location = parser.currentTokenLocation();
    return " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static String where(JsonProcessingException e) {
    var location = e.getLocation();
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }
}
