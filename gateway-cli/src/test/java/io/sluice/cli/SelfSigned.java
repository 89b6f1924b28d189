package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A certificate that nobody but its key vouches for, in two PEM files.
 *
 * @param yaml the block {@code tls} that shows it on all listeners
 */
record SelfSigned(Path certificate, Path key, String yaml) {

  /** Makes one with the {@code keytool} of this JDK, for names as it writes them. */
  static SelfSigned make(Path folder, String names) throws Exception {
    Path store = folder.resolve("keys.p12");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair -alias a -keyalg EC -groupname secp256r1 -validity 2 -dname CN=sluice",
            "-storetype PKCS12 -storepass changeit -keystore");
    ProcessBuilder builder = new ProcessBuilder(command.get(0));
    builder.command().addAll(List.of(command.get(1).split(" ")));
    builder.command().addAll(List.of(command.get(2).split(" ")));
    builder.command().addAll(List.of(store.toString(), "-ext", "san=" + names));
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    Path certificate =
        pem(folder.resolve("cert.pem"), "CERTIFICATE", keys.getCertificate("a").getEncoded());
    Path key =
        pem(
            folder.resolve("key.pem"),
            "PRIVATE KEY",
            keys.getKey("a", "changeit".toCharArray()).getEncoded());
    StringBuilder yaml = new StringBuilder("tls:\n");
    for (String listener : new String[] {"public", "publish", "admin"}) {
      yaml.append("  " + listener + ": { certificate: cert.pem, key: key.pem }\n");
    }
    return new SelfSigned(certificate, key, yaml.toString());
  }

  private static Path pem(Path file, String kind, byte[] bytes) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
  }
}
