package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a certificate and a key must be, told when the configuration is read. */
final class TlsConfigTest {

  @TempDir private static Path folder;
  private static TestCertificate good;

  @BeforeAll
  static void certificates() throws Exception {
    good = TestCertificate.make(folder);
    good.write(folder, "good");
    TestCertificate.make(folder, "-keyalg", "RSA", "-keysize", "2048").write(folder, "rsa");
    TestCertificate.make(folder).write(folder, "other");
    TestCertificate.make(
            folder,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-startdate",
            "-9d",
            "-validity",
            "1")
        .write(folder, "old");
    TestCertificate.make(
            folder,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-startdate",
            "+9d",
            "-validity",
            "1")
        .write(folder, "early");
    Files.writeString(folder.resolve("text.pem"), "no certificate\n");
    Files.writeString(
        folder.resolve("cut.key"), "-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----\n");
    Files.writeString(
        folder.resolve("pkcs1.key"),
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
  }

  private static ConfigReader.Result read(String certificate, String key) {
    String text =
        """
        tls:
          public:
            certificate: %s
            key: %s
        """
            .formatted(certificate, key);
    return new ConfigReader(Map.of()).read(folder.resolve("edge.yaml").toString(), text);
  }

  private static List<String> problems(String certificate, String key) {
    ConfigReader.Result result = read(certificate, key);
    assertThat(result).isInstanceOf(ConfigReader.Result.Refused.class);
    return ((ConfigReader.Result.Refused) result)
        .problems().stream()
            .map(each -> each.toString().substring(folder.toString().length() + 1))
            .toList();
  }

  private static String problem(String certificate, String key) {
    List<String> problems = problems(certificate, key);
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  @Test
  void aCertificateAndItsKeyAreReadRelativeToTheConfiguration() {
    for (String name : new String[] {"good", "rsa"}) {
      ConfigReader.Result result = read(name + ".pem", name + ".key");
      assertThat(result).isInstanceOf(ConfigReader.Result.Accepted.class);
      Config config = ((ConfigReader.Result.Accepted) result).config();
      assertThat(config.listen().tls().publicListener()).isNotNull();
      assertThat(config.listen().tls().admin()).isNull();
      assertThat(config.toString()).doesNotContain("PrivateKey");
    }
  }

  @Test
  void everyMistakeIsToldWithItsPlace() {
    assertThat(problem("none.pem", "good.key"))
        .startsWith("edge.yaml:3:5 tls.public.certificate = none.pem")
        .contains("there is no such file");
    assertThat(problem("good.pem", "none.key")).startsWith("edge.yaml:4:5 tls.public.key = ");
    assertThat(problem("text.pem", "good.key")).contains("no block BEGIN CERTIFICATE");
    assertThat(problem("good.pem", "good.pem")).contains("no block BEGIN PRIVATE KEY");
    assertThat(problem("good.pem", "pkcs1.key")).contains("openssl pkcs8 -topk8");
    assertThat(problem("good.pem", "other.key")).contains("not that of the certificate");
    assertThat(problem("good.pem", "rsa.key")).contains("not of the certificate's kind");
    assertThat(problem("good.pem", "cut.key")).contains("a key that cannot be read");
    assertThat(problem("text.pem", "rsa.key")).contains("no block BEGIN CERTIFICATE");
    assertThat(problem("old.pem", "old.key")).contains("it expired at ");
    assertThat(problem("early.pem", "early.key")).contains("it is valid from ");
  }

  @Test
  void whatIsWrongWithBothFilesIsToldAtOnce() {
    for (String certificate : List.of("none.pem", "good.key", "old.pem")) {
      for (String key : List.of("none.key", "good.pem", "cut.key", "pkcs1.key")) {
        assertThat(problems(certificate, key))
            .as("%s with %s", certificate, key)
            .satisfiesExactly(
                first -> assertThat(first).startsWith("edge.yaml:3:5 tls.public.certificate = "),
                second -> assertThat(second).startsWith("edge.yaml:4:5 tls.public.key = "));
      }
    }
    assertThat(problems("old.pem", "other.key")).hasSize(2);
  }

  @Test
  void oneWithoutTheOtherIsAMistake() {
    ConfigReader.Result result =
        new ConfigReader(Map.of())
            .read(
                folder.resolve("edge.yaml").toString(),
                "tls: { publish: { certificate: good.pem } }\n");
    assertThat(result).isInstanceOf(ConfigReader.Result.Refused.class);
    assertThat(((ConfigReader.Result.Refused) result).problems().toString())
        .contains("tls.publish.key");
  }
}
