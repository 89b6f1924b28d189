package io.sluice.config;

/**
 * Channel names with {@code *} for any run of characters, as in {@code select} and in the scope of
 * an API key: {@code docs/protocol.md} SEL-4.
 *
 * @param text the pattern as configured, not empty
 */
public record ChannelPattern(String text) {

  public ChannelPattern {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a channel pattern must not be empty");
    }
  }

  /** Whether the whole name matches; time grows with name × pattern at worst. */
  public boolean matches(String name) {
    int n = 0;
    int p = 0;
    int star = -1;
    int resume = 0;
    while (n < name.length()) {
      if (p < text.length() && text.charAt(p) == '*') {
        star = p++;
        resume = n;
      } else if (p < text.length() && text.charAt(p) == name.charAt(n)) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    while (p < text.length() && text.charAt(p) == '*') {
      p++;
    }
    return p == text.length();
  }
}
