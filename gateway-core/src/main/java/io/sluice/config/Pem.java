package io.sluice.config;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Certificates and private keys as text (RFC 7468). */
final class Pem {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
  private static final byte[] PROBE = "sluice".getBytes(StandardCharsets.US_ASCII);

  private static final String BROKEN = "the file holds a key that cannot be read: write it again";

  private static final List<String> KINDS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS", "DSA");

  private Pem() {}

  /** All certificates of a text, in their order. */
  static Parsed<List<X509Certificate>> chain(String text) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Matcher block = BLOCK.matcher(text);
      while (block.find()) {
        if (block.group(1).equals("CERTIFICATE")) {
          byte[] bytes = Base64.getMimeDecoder().decode(block.group(2));
          chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
        }
      }
    } catch (CertificateException | IllegalArgumentException broken) {
      return Parsed.bad("the file holds a certificate that cannot be read: write it again");
    }
    return chain.isEmpty()
        ? Parsed.bad(
            "the file has no block BEGIN CERTIFICATE: name the PEM file of the certificate")
        : Parsed.good(chain);
  }

  /**
   * The private key of a text.
   *
   * @param owner the public key of the certificate that it must be of; null if that is not known
   */
  static Parsed<PrivateKey> key(String text, @Nullable PublicKey owner) {
    Matcher block = BLOCK.matcher(text);
    String other = "";
    while (block.find()) {
      if (block.group(1).equals("PRIVATE KEY")) {
        return decoded(block.group(2), owner);
      }
      other = block.group(1);
    }
    return other.endsWith("PRIVATE KEY") || text.contains("-----BEGIN ENCRYPTED PRIVATE KEY")
        ? Parsed.bad("make it PKCS #8 without a password: openssl pkcs8 -topk8 -nodes -in FILE")
        : Parsed.bad("the file has no block BEGIN PRIVATE KEY: name the PEM file of the key");
  }

  private static Parsed<PrivateKey> decoded(String base64, @Nullable PublicKey owner) {
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException broken) {
      return Parsed.bad(BROKEN);
    }
    return owner == null ? anyKind(encoded) : key(encoded, owner);
  }

  private static Parsed<PrivateKey> anyKind(byte[] encoded) {
    for (String kind : KINDS) {
      try {
        KeyFactory factory = KeyFactory.getInstance(kind);
        return Parsed.good(factory.generatePrivate(new PKCS8EncodedKeySpec(encoded)));
      } catch (GeneralSecurityException other) {
        // The next kind may fit.
      }
    }
    return Parsed.bad(BROKEN);
  }

  private static Parsed<PrivateKey> key(byte[] encoded, PublicKey owner) {
    try {
      PrivateKey key =
          KeyFactory.getInstance(owner.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (belong(key, owner)) {
        return Parsed.good(key);
      }
    } catch (GeneralSecurityException other) {
      return Parsed.bad("the key is not of the certificate's kind " + owner.getAlgorithm());
    }
    return Parsed.bad("the key is not that of the certificate: name the one it was issued for");
  }

  /** What the one signs, the other takes. */
  private static boolean belong(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
    String algorithm =
        switch (owner.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> owner.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(owner);
    signature.update(PROBE);
    return signature.verify(signed);
  }
}
