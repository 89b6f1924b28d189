package io.sluice.server;

import io.sluice.config.Config;
import io.sluice.config.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** One gateway, in the clear and over TLS. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class TransportContractIT extends TransportContract {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  private TestGateway gateway;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  @BeforeEach
  void start() {
    Config config = config();
    gateway = TestGateway.start(tls ? TestGateway.with(config, certificate) : config);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Override
  String publish(String channel, String data) throws Exception {
    return gateway.publish(channel, data);
  }

  @Override
  RawClient dial(int receiveBufferBytes) throws IOException {
    int port = gateway.port(Listener.PUBLIC);
    return tls
        ? RawClient.connect(port, receiveBufferBytes, certificate.trusting())
        : RawClient.connect(port, receiveBufferBytes);
  }
}
