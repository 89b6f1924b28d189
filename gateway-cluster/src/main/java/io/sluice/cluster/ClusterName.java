package io.sluice.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name by which nodes know each other as of one cluster: of the secret and the protocol's
 * version, so that neither a stranger nor a node of another protocol joins. It goes over the
 * network in clear, and whoever knows it can join; the secret cannot be had from it except by
 * guessing.
 */
final class ClusterName {

  /** Of what nodes send each other; grows with every change that an older node would not read. */
  static final int PROTOCOL = 1;

  private static final int DIGITS = 32;

  private ClusterName() {}

  static String of(String secret) {
    String text = "sluice cluster name\0" + secret;
    byte[] hash = sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    return "sluice-" + PROTOCOL + "-" + HexFormat.of().formatHex(hash).substring(0, DIGITS);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
