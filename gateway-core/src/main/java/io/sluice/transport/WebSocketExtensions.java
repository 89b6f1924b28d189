package io.sluice.transport;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The extensions that a client offers (RFC 6455 §9.1), and the answer to {@code permessage-deflate}
 * (RFC 7692 §7.1).
 */
final class WebSocketExtensions {

  static final String HEADER = "Sec-WebSocket-Extensions";

  /** Each message stands alone, in both directions: WS-17. */
  private static final String ANSWER =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static final String SERVER_WINDOW = "server_max_window_bits";

  /** The window of {@link java.util.zip.Deflater}, which cannot be told another. */
  private static final String WINDOW_BITS = "15";

  /** RFC 7692 §7.1.2: without leading zeros. */
  private static final Pattern BITS = Pattern.compile("[89]|1[0-5]");

  private static final String TOKEN_CHARACTER = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
  private static final Pattern TOKEN = Pattern.compile(TOKEN_CHARACTER + "+");

  /** A quoted value must be a token without its quotes and escapes. */
  private static final Pattern PARAMETER =
      Pattern.compile(
          "(T+)(?:[ \t]*=[ \t]*(?:(T+)|\"((?:\\\\?T)+)\"))?".replace("T", TOKEN_CHARACTER));

  private WebSocketExtensions() {}

  /**
   * One of the extensions offered.
   *
   * @param name the extension's
   * @param parameters in their order, repeated ones too
   */
  record Offer(String name, List<Parameter> parameters) {}

  /**
   * A parameter of an offer.
   *
   * @param value without quotes, or null for none
   */
  record Parameter(String name, @Nullable String value) {}

  /**
   * What all lines of the header offer, the client's first choice first.
   *
   * @return null if it is malformed: the handshake must then fail
   */
  static @Nullable List<Offer> offers(List<String> lines) {
    List<Offer> offers = new ArrayList<>();
    for (List<String> element : FieldList.elements(lines)) {
      Offer offer = offer(element);
      if (offer == null) {
        return null;
      }
      offers.add(offer);
    }
    return offers;
  }

  private static @Nullable Offer offer(List<String> element) {
    if (!TOKEN.matcher(element.get(0)).matches()) {
      return null;
    }
    List<Parameter> parameters = new ArrayList<>();
    for (String part : element.subList(1, element.size())) {
      Matcher matcher = PARAMETER.matcher(part);
      if (!matcher.matches()) {
        return null;
      }
      String quoted = matcher.group(3);
      String value = quoted == null ? matcher.group(2) : quoted.replace("\\", "");
      parameters.add(new Parameter(matcher.group(1), value));
    }
    return new Offer(element.get(0), parameters);
  }

  /**
   * Accepts the first offer of compression that can be met.
   *
   * @return the header of the answer, or null if none can: messages are then not compressed
   */
  static @Nullable String accept(List<Offer> offers) {
    for (Offer offer : offers) {
      if (offer.name().equals("permessage-deflate") && canBeMet(offer.parameters())) {
        boolean window = offer.parameters().stream().anyMatch(p -> p.name().equals(SERVER_WINDOW));
        return window ? ANSWER + "; " + SERVER_WINDOW + "=" + WINDOW_BITS : ANSWER;
      }
    }
    return null;
  }

  /** RFC 7692 §7.1: an offer with anything else in it must be declined. */
  private static boolean canBeMet(List<Parameter> parameters) {
    Set<String> seen = new HashSet<>();
    for (Parameter parameter : parameters) {
      String value = parameter.value();
      boolean fits =
          switch (parameter.name()) {
            case "server_no_context_takeover", "client_no_context_takeover" -> value == null;
            case SERVER_WINDOW -> WINDOW_BITS.equals(value);
            // Only says that we may ask for a smaller one, which we do not.
            case "client_max_window_bits" -> value == null || BITS.matcher(value).matches();
            default -> false;
          };
      if (!fits || !seen.add(parameter.name())) {
        return false;
      }
    }
    return true;
  }
}
