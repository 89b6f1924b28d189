package io.sluice.server;

import io.sluice.config.Config;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/** How a listener speaks TLS: versions 1.3 and 1.2, with its own certificate, by the JDK. */
final class ListenerTls {

  private static final Set<String> VERSIONS = Set.of("TLSv1.3", "TLSv1.2");
  private static final int HANDSHAKE_S = 10;
  private static final String ALIAS = "listener";

  private ListenerTls() {}

  /** Sets it on a server's options; none if there is no certificate. */
  static HttpServerOptions set(HttpServerOptions options, Config.@Nullable Certificate shown) {
    return shown == null
        ? options
        : options
            .setSsl(true)
            .setUseAlpn(false)
            .setEnabledSecureTransportProtocols(VERSIONS)
            .setSslHandshakeTimeout(HANDSHAKE_S)
            .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
            .setKeyCertOptions(KeyCertOptions.wrap(keys(shown)));
  }

  private static KeyManagerFactory keys(Config.Certificate shown) {
    try {
      char[] none = new char[0];
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, none);
      store.setKeyEntry(ALIAS, shown.key(), none, shown.chain().toArray(new X509Certificate[0]));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, none);
      return keys;
    } catch (GeneralSecurityException | java.io.IOException refusal) {
      throw new StartException(
          "cannot speak TLS · " + refusal.getMessage() + ": use a key of RSA, EC or Ed25519",
          refusal);
    }
  }
}
