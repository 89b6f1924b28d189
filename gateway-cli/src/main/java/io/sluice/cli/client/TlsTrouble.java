package io.sluice.cli.client;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why no connection by TLS came about, in words: trying again would not help.
 *
 * @param what of the other side
 * @param advice for the one who typed the command
 */
public record TlsTrouble(String what, String advice) {

  /** How the JDK begins when a certificate lacks the host's name; it has no type for that. */
  private static final String[] OTHER_NAMES = {"No name matching", "No subject alternative"};

  /** What a failure says of TLS; null if it is of another kind. */
  public static @Nullable TlsTrouble of(Throwable failure) {
    TlsTrouble found = null;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      TlsTrouble deeper = ofOne(cause);
      found = deeper == null ? found : deeper;
    }
    return found;
  }

  private static @Nullable TlsTrouble ofOne(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof CertificateExpiredException) {
      return new TlsTrouble("its certificate has expired", "renew it, or set this clock");
    }
    if (cause instanceof CertificateNotYetValidException) {
      return new TlsTrouble("its certificate is not valid yet", "wait, or set this clock");
    }
    if (cause instanceof CertificateException && startsWith(message, OTHER_NAMES)) {
      return new TlsTrouble(
          "its certificate is for another host name", "use a URL with a name that it has");
    }
    if (cause instanceof CertPathBuilderException || cause instanceof CertificateException) {
      return new TlsTrouble(
          "its certificate is not trusted",
          "if you know whose it is, name its CA, or the certificate itself, with --ca FILE");
    }
    if (cause instanceof SSLException && startsWith(message, "Unsupported or unrecognized")) {
      return new TlsTrouble("it does not speak TLS", "use http:// if it should not");
    }
    return null;
  }

  private static boolean startsWith(String text, String... beginnings) {
    for (String beginning : beginnings) {
      if (text.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return what + ": " + advice;
  }
}
