package io.sluice.config;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the block {@code tls}, and the files that it names, so that a mistake shows at once. */
final class TlsMapper {

  private TlsMapper() {}

  static Config.Tls read(Section section) {
    Config.Tls tls =
        new Config.Tls(
            certificate(section.section("public")),
            certificate(section.section("publish")),
            certificate(section.section("admin")));
    section.end();
    return tls;
  }

  private static Config.@Nullable Certificate certificate(Section section) {
    Path certificate = section.find("certificate", Kind.file("tls/certificate.pem"));
    Path key = section.find("key", Kind.file("tls/key.pem"));
    section.end();
    if (section.has("certificate") != section.has("key")) {
      String missing = section.has("key") ? "certificate" : "key";
      section.refuse(
          missing, "the name of a file", "add it: a certificate and its key go together");
    }
    if (certificate == null || key == null) {
      return null;
    }
    List<X509Certificate> chain = chain(section, certificate);
    boolean valid = chain != null && isValid(section, chain.get(0));
    PrivateKey secret = secret(section, key, chain == null ? null : chain.get(0).getPublicKey());
    return chain != null && valid && secret != null ? new Config.Certificate(chain, secret) : null;
  }

  /** Read whatever is wrong with the certificate, so that both are told at once. */
  private static @Nullable PrivateKey secret(
      Section section, Path file, @Nullable PublicKey owner) {
    String text = section.content("key", file);
    if (text == null) {
      return null;
    }
    Parsed<PrivateKey> secret = Pem.key(text, owner);
    if (secret instanceof Parsed.Good<PrivateKey> good) {
      return good.value();
    }
    section.refuse("key", "the private key of the certificate", advice(secret));
    return null;
  }

  private static @Nullable List<X509Certificate> chain(Section section, Path file) {
    String text = section.content("certificate", file);
    if (text == null) {
      return null;
    }
    Parsed<List<X509Certificate>> chain = Pem.chain(text);
    if (chain instanceof Parsed.Good<List<X509Certificate>> good) {
      return good.value();
    }
    section.refuse("certificate", "a certificate in PEM", advice(chain));
    return null;
  }

  private static boolean isValid(Section section, X509Certificate first) {
    try {
      first.checkValidity();
      return true;
    } catch (CertificateExpiredException expired) {
      refuse(section, "it expired at " + first.getNotAfter().toInstant() + ": renew it");
    } catch (CertificateNotYetValidException early) {
      refuse(
          section,
          "it is valid from " + first.getNotBefore().toInstant() + " on: wait, or set the clock");
    }
    return false;
  }

  private static void refuse(Section section, String advice) {
    section.refuse("certificate", "a certificate that is valid now", advice);
  }

  private static String advice(Parsed<?> bad) {
    String advice = bad instanceof Parsed.Bad<?> why ? why.advice() : null;
    return advice == null ? "name another file" : advice;
  }
}
