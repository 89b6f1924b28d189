package io.sluice.cli;

import io.sluice.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How this machine reaches a listener.
 *
 * @param url without a path
 * @param curl the options that curl needs for it, each with a space before it; empty for none
 */
record Reach(String url, String curl) {

  /** RFC 5280 §4.2.1.6, as the JDK numbers the kinds of names. */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  /** In the clear. */
  static Reach clear(Config.Address address) {
    return new Reach("http://" + local(address), "");
  }

  /**
   * By TLS, so that the checks of the certificate hold: by a name that it has, and trusting it by
   * its file if no public CA vouches for it.
   */
  static Reach tls(Config.Address address, Config.Certificate shown, @Nullable Path file) {
    Config.Address local = local(address);
    List<String> names = names(shown.chain().get(0), DNS_NAME);
    StringBuilder curl = new StringBuilder();
    String host = local.host();
    if (!has(shown.chain().get(0), host) && !names.isEmpty()) {
      host = names.contains("localhost") ? "localhost" : names.get(0).replace("*", "www");
      if (!host.equals("localhost")) {
        curl.append(" --resolve ").append(host).append(':').append(local.port()).append(':');
        curl.append(bracketed(local.host()));
      }
    }
    if (file != null && !isPublic(shown.chain())) {
      curl.append(" --cacert ").append(quoted(file.toString()));
    }
    return new Reach("https://" + new Config.Address(host, local.port()), curl.toString());
  }

  private static Config.Address local(Config.Address address) {
    String host =
        switch (address.host()) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::", "0:0:0:0:0:0:0:0" -> "::1";
          default -> address.host();
        };
    return new Config.Address(host, address.port());
  }

  private static String bracketed(String host) {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  /** As a shell takes it literally. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** Whether a certificate has a host, as it stands in a URL. */
  private static boolean has(X509Certificate certificate, String host) {
    if (!isAddress(host)) {
      return names(certificate, DNS_NAME).contains(host);
    }
    InetAddress address = address(host);
    return names(certificate, IP_ADDRESS).stream().anyMatch(name -> address.equals(address(name)));
  }

  /** Looks nothing up. */
  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(literal, e);
    }
  }

  private static boolean isAddress(String host) {
    return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
  }

  private static List<String> names(X509Certificate certificate, int kind) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      for (List<?> name : all == null ? List.<List<?>>of() : all) {
        if (name.get(0).equals(kind)) {
          names.add(String.valueOf(name.get(1)));
        }
      }
    } catch (CertificateParsingException none) {
      return List.of();
    }
    return names;
  }

  private static boolean isPublic(List<X509Certificate> chain) {
    try {
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init((KeyStore) null);
      for (TrustManager manager : managers.getTrustManagers()) {
        if (manager instanceof X509TrustManager judge) {
          judge.checkServerTrusted(chain.toArray(new X509Certificate[0]), "UNKNOWN");
          return true;
        }
      }
      return false;
    } catch (CertificateException notTrusted) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has trust managers", e);
    }
  }
}
