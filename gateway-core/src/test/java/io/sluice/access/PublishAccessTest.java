package io.sluice.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Config;
import io.sluice.http.HostRule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishAccessTest {

  private final PublishAccess access =
      new PublishAccess(
          config(
              new Config.Key("shop", "shop-key-0123456789", List.of(new ChannelPattern("shop-*"))),
              new Config.Key("all", "all-key-0123456789", List.of(new ChannelPattern("*")))));

  @Test
  void withoutKeysEverybodyMayEverything() {
    var open = new PublishAccess(Config.Publish.DEFAULT);

    assertThat(open.decide(null)).isEqualTo(new PublishAccess.Decision.Granted(Credential.OPEN));
    assertThat(Credential.OPEN.may("any / thing")).isTrue();
  }

  @Test
  @Proves("PUB-10")
  void withoutKeysAPageInABrowserMayNothing() {
    var open = new PublishAccess(Config.Publish.DEFAULT);

    assertThat(open.refusesPage("http://evil.example", null, "127.0.0.1")).isNotNull();
    assertThat(open.refusesPage(null, "cross-site", "127.0.0.1")).isNotNull();
    assertThat(open.refusesPage(null, "none", "127.0.0.1")).isNull();
    assertThat(open.refusesPage(null, null, "app.example")).isNull();
    assertThat(access.refusesPage("http://app.example", "same-site", "app.example")).isNull();
  }

  @Test
  @Proves("PUB-17")
  void onLoopbackWithoutKeysAForeignNameIsAPages() {
    var open = new PublishAccess(Config.Publish.DEFAULT, HostRule.LOOPBACK);
    var keyed =
        new PublishAccess(
            config(new Config.Key("a", "a-key-0123456789", List.of())), HostRule.LOOPBACK);

    assertThat(open.refusesPage(null, null, "evil.example:8081")).isNotNull();
    assertThat(open.refusesPage(null, null, "127.0.0.1:8081")).isNull();
    assertThat(keyed.refusesPage(null, null, "evil.example:8081")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer shop-key-0123456789,shop",
    "bearer all-key-0123456789,all",
    "BEARER  all-key-0123456789,all"
  })
  void aKnownKeyIsItsCredential(String header, String name) {
    assertThat(access.decide(header))
        .isInstanceOfSatisfying(
            PublishAccess.Decision.Granted.class,
            granted -> assertThat(granted.credential().name()).isEqualTo(name));
  }

  @Test
  void aKeyMayNameOnlyItsChannels() {
    var granted = (PublishAccess.Decision.Granted) access.decide("Bearer shop-key-0123456789");

    assertThat(granted.credential().may("shop-1")).isTrue();
    assertThat(granted.credential().may("office")).isFalse();
  }

  @Proves("PUB-10")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer wrong-key-0123456789",
        "Bearer shop-key-012345678",
        "Bearer shop-key-01234567890",
        "Bearer ",
        "Bearer",
        "Basic shop-key-0123456789",
        ""
      })
  void anythingElseIsRefusedWithoutEchoingIt(String header) {
    assertThat(access.decide(header))
        .isInstanceOfSatisfying(
            PublishAccess.Decision.Refused.class,
            refused -> {
              assertThat(refused.problem().kind().status()).isEqualTo(401);
              assertThat(refused.challenge()).startsWith("Bearer");
              assertThat(refused.problem().detail()).doesNotContain("0123");
            });
  }

  @Test
  void aSecretIsNeverInAText() {
    var granted = access.decide("Bearer shop-key-0123456789");

    assertThat(granted.toString()).doesNotContain("0123");
  }

  private static Config.Publish config(Config.Key... keys) {
    return new Config.Publish(
        List.of(keys),
        false,
        1 << 20,
        1 << 20,
        10_000,
        Duration.ofMinutes(5),
        1_000_000,
        200,
        4 << 20,
        Config.Bodies.DEFAULT);
  }
}
