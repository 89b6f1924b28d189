package io.sluice.http.guard;

import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one reading of a path for routing and for upstreams: nothing is rewritten, and what another
 * program could read as another path is refused. {@code docs/proxy.md} compares with other proxies.
 */
public final class PathRule {

  /** {@code .} and {@code ..}, also encoded, also before a parameter such as {@code ..;x}. */
  private static final Pattern DOTS = Pattern.compile("\\.{1,2}(;.*)?");

  private static final Pattern SLASH = Pattern.compile("%(2[fF]|5[cC])");

  private PathRule() {}

  /**
   * Whether a path may be routed: it has no dot segment in any encoding, and no empty segment but
   * the last.
   *
   * @param path as it came, percent-encoded, without the query
   * @return null if it may
   */
  public static @Nullable Problem routing(String path) {
    int from = 1;
    while (from <= path.length()) {
      int slash = path.indexOf('/', from);
      int end = slash < 0 ? path.length() : slash;
      if (end == from && slash >= 0) {
        return bad("the path has an empty segment (expected no //)");
      }
      if (mayBeDots(path, from, end) && isDots(path.substring(from, end))) {
        return bad("the path has a segment . or .. (expected none): send the path it means");
      }
      from = end + 1;
    }
    return null;
  }

  private static boolean mayBeDots(String path, int from, int end) {
    return end > from && (path.charAt(from) == '.' || path.charAt(from) == '%');
  }

  private static boolean isDots(String segment) {
    String plain = segment.toLowerCase(Locale.ROOT).replace("%2e", ".").replace("%3b", ";");
    return DOTS.matcher(plain).matches();
  }

  /**
   * Whether a path may go to an upstream: besides {@link #routing}, it is well-formed UTF-8 when
   * decoded, and has neither an encoded slash or backslash nor a control character.
   *
   * @param path one that may be routed
   * @return null if it may
   */
  public static @Nullable Problem forwarding(String path) {
    if (isPlain(path)) {
      return null;
    }
    if (SLASH.matcher(path).find()) {
      return bad("the path holds %2F or %5C, which some read as a slash (expected neither)");
    }
    String decoded = RequestTarget.decode(path);
    if (decoded == null) {
      return bad("the path is not percent-encoded UTF-8");
    }
    return decoded.chars().anyMatch(Character::isISOControl)
        ? bad("the path holds an encoded control character (expected none)")
        : null;
  }

  private static boolean isPlain(String path) {
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%' || c >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static Problem bad(String detail) {
    return Problem.Kind.BAD_REQUEST.with(detail);
  }
}
