package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Upstream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class TargetHealthTest {

  private final AtomicInteger changes = new AtomicInteger();

  private TargetHealth health(int failures) {
    var settings = new Upstream.Health(failures, Duration.ofMillis(100), 1);
    return new TargetHealth(settings, changes::incrementAndGet);
  }

  @Test
  void goesOutAfterSoManyFailuresInARow() {
    TargetHealth health = health(2);
    health.failed(0);
    health.succeeded();
    health.failed(1);
    assertThat(health.isUp()).isTrue();
    health.failed(2);
    assertThat(health.isUp()).isFalse();
    assertThat(changes).hasValue(1);
  }

  @Test
  void oneRequestTriesItWhenItsTimeIsOver() {
    TargetHealth health = health(1);
    health.failed(0);
    assertThat(health.mayTry(99)).isFalse();
    assertThat(health.mayTry(100)).isTrue();
    assertThat(health.mayTry(100)).isFalse();
    assertThat(health.mayTry(200)).as("if that one never ended").isTrue();
    health.succeeded();
    assertThat(health.isUp()).isTrue();
    assertThat(changes).hasValue(2);
  }

  @Test
  void neverGoesOutIfToldSo() {
    TargetHealth health = health(0);
    for (int i = 0; i < 100; i++) {
      health.failed(i);
    }
    assertThat(health.isUp()).isTrue();
  }
}
