package io.sluice.cli;

import io.sluice.cli.client.Failures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom a command trusts that speaks to a gateway by {@code https}. Names are always checked. */
final class TrustOption {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END CERTIFICATE-----");

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "For https: trust only the certificates of this PEM file, a CA's or the gateway's own "
              + "(default: the public CAs that this Java knows).")
  private @Nullable Path file;

  /** What connections are made with. */
  SSLContext context() throws Failure {
    try {
      return file == null ? SSLContext.getDefault() : trusting(file);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new Failure(
          Exit.USAGE,
          "sluice: CA cannot be read · --ca = %s (%s) · name a PEM file with certificates"
              .formatted(file, Failures.text(e)));
    }
  }

  private static SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    Matcher block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    while (block.find()) {
      byte[] bytes = Base64.getMimeDecoder().decode(block.group(1));
      trusted.setCertificateEntry(
          String.valueOf(trusted.size()),
          factory.generateCertificate(new ByteArrayInputStream(bytes)));
    }
    if (trusted.size() == 0) {
      throw new IOException("it has no block BEGIN CERTIFICATE");
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
