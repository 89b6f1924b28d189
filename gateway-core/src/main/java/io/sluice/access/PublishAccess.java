package io.sluice.access;

import io.sluice.config.Config;
import io.sluice.http.HostRule;
import io.sluice.http.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may use the listener {@code publish}: the API keys of the configuration (PUB-10). */
public final class PublishAccess {

  private static final String SCHEME = "Bearer";

  private final List<KnownKey> keys;
  private final HostRule names;

  @SuppressWarnings("ArrayRecordComponent") // compared by MessageDigest.isEqual alone
  private record KnownKey(byte[] digest, Credential credential) {}

  /** The answer to a request. */
  public sealed interface Decision {
    /** It may go on as this credential; which channels it may name is asked for each. */
    record Granted(Credential credential) implements Decision {}

    /**
     * It may not.
     *
     * @param challenge value of {@code WWW-Authenticate} (RFC 6750 §3)
     */
    record Refused(Problem problem, String challenge) implements Decision {}
  }

  /** Without keys everybody is granted {@link Credential#OPEN}, by whatever name. */
  public PublishAccess(Config.Publish config) {
    this(config, HostRule.ANY);
  }

  /**
   * Without keys everybody is granted {@link Credential#OPEN}.
   *
   * @param names by which the listener may be called without keys
   */
  public PublishAccess(Config.Publish config, HostRule names) {
    this.names = names;
    keys =
        config.keys().stream()
            .map(key -> new KnownKey(sha256(key.key()), new Credential(key.name(), key.channels())))
            .toList();
  }

  /**
   * Refuses what a page in somebody's browser sends to a listener without keys: any page may post
   * there without asking first, and loopback is no protection from that.
   *
   * @param origin value of the header {@code Origin}, or null
   * @param fetchSite value of the header {@code Sec-Fetch-Site}, or null
   * @param host value of the header {@code Host}, or null
   * @return null if the request may go on to {@link #decide}
   */
  public @Nullable Problem refusesPage(
      @Nullable String origin, @Nullable String fetchSite, @Nullable String host) {
    if (!keys.isEmpty()) {
      return null;
    }
    boolean fromPage = origin != null || (fetchSite != null && !fetchSite.equals("none"));
    return fromPage
        ? Problem.Kind.FORBIDDEN.with(
            "a page in a browser may not use this listener without a key: publish from the app, or"
                + " configure publish.keys")
        : names.refuses(host);
  }

  /**
   * Decides about a request.
   *
   * @param authorization value of the header {@code Authorization}, or null
   */
  public Decision decide(@Nullable String authorization) {
    if (keys.isEmpty()) {
      return new Decision.Granted(Credential.OPEN);
    }
    if (authorization == null) {
      return refused("the request has no key", SCHEME);
    }
    int space = authorization.indexOf(' ');
    if (space < 0 || !authorization.substring(0, space).equalsIgnoreCase(SCHEME)) {
      return refused("the request has no key of the scheme Bearer", SCHEME);
    }
    Credential credential = find(authorization.substring(space + 1).trim());
    return credential == null
        ? refused("the key is not known", SCHEME + " error=\"invalid_token\"")
        : new Decision.Granted(credential);
  }

  /** Looks at every key, so that the time says nothing about which of them came close. */
  private @Nullable Credential find(String key) {
    byte[] digest = sha256(key);
    Credential found = null;
    for (KnownKey known : keys) {
      if (MessageDigest.isEqual(known.digest, digest)) {
        found = known.credential;
      }
    }
    return found;
  }

  private static Decision refused(String what, String challenge) {
    return new Decision.Refused(
        Problem.Kind.UNAUTHORIZED.with(
            what + " (expected one of publish.keys): send Authorization: Bearer KEY"),
        challenge);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
