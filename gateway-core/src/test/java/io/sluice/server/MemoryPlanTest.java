package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config;
import io.sluice.server.MemoryPlan.ProcessMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Budgets that the memory of the process cannot hold. */
final class MemoryPlanTest {

  private static final long MIB = 1 << 20;

  private static MemoryPlan plan(Config config, long heapMib, long directMib) {
    return MemoryPlan.of(config, new ProcessMemory(heapMib * MIB, directMib * MIB), 2);
  }

  private static Config bodies(int maxBodyBytes) {
    Config config = TestGateway.config();
    Config.Publish publish = config.publish();
    return new Config(
        config.listen(),
        new Config.Publish(
            publish.keys(),
            publish.open(),
            maxBodyBytes,
            publish.maxEventBytes(),
            publish.maxItems(),
            publish.keepIds(),
            publish.maxIds(),
            publish.maxDepth(),
            publish.maxAnswerBytes(),
            publish.bodies()),
        config.channels(),
        config.limits(),
        config.websocket(),
        null,
        config.drain(),
        2,
        config.routes());
  }

  @Test
  void whatFitsStaysAsConfigured() {
    MemoryPlan plan = plan(Config.DEFAULT, 1024, 1024);

    assertThat(plan.reductions()).isEmpty();
    assertThat(plan.config()).isEqualTo(Config.DEFAULT);
  }

  @Test
  void whatDoesNotFitIsReducedToItsShare() {
    Config config = plan(Config.DEFAULT, 100, 1024).config();

    assertThat(config.channels().historyBytes()).isEqualTo(40 * MIB);
    assertThat(config.channels().identityBytes()).isEqualTo(10 * MIB);
    assertThat(config.publish().maxIds()).isEqualTo((int) (15 * MIB / 384));
    assertThat(config.publish().bodies().memoryBytes()).isEqualTo(10 * MIB);
    assertThat(config.limits().delivery().recentBytes()).isEqualTo(5 * MIB / 2);
    assertThat(config.limits().delivery().catchUpBytes()).isEqualTo(32 * MIB);
  }

  @Test
  void directMemoryHasSharesOfItsOwn() {
    MemoryPlan plan = plan(Config.DEFAULT, 2048, 50);

    Config.Delivery delivery = plan.config().limits().delivery();
    assertThat(delivery.catchUpBytes()).isEqualTo(12 * MIB);
    assertThat(delivery.recentBytes()).isEqualTo(5 * MIB);
    assertThat(plan.config().channels()).isEqualTo(Config.Channels.DEFAULT);
    assertThat(plan.reductions().get(0).toString())
        .isEqualTo(
            "limits.catch-up = 32MiB does not fit, with the other budgets, into the direct memory"
                + " of 50MiB: 12MiB are in force, 30 % of it; give it more by"
                + " -XX:MaxDirectMemorySize, or set this key to no more than that");
  }

  @Test
  void oneBodyOfTheLargestSizeAlwaysFits() {
    assertThat(plan(bodies(20 << 20), 100, 1024).config().publish().bodies().memoryBytes())
        .isEqualTo(20 * MIB);
  }

  @Test
  void aReductionSaysWhatIsConfiguredWhatIsInForceAndWhatToDo() {
    assertThat(plan(Config.DEFAULT, 128, 1024).reductions())
        .extracting(MemoryPlan.Reduction::toString)
        .contains(
            "channels.history-memory = 256MiB does not fit, with the other budgets, into the Java"
                + " heap of 128MiB: 51MiB are in force, 40 % of it; give it more by -Xmx, or set"
                + " this key to no more than that",
            "publish.publish-ids.max = 1000000 does not fit, with the other budgets, into the Java"
                + " heap of 128MiB: 52428 are in force, 15 % of it; give it more by -Xmx, or set"
                + " this key to no more than that");
  }

  @Test
  void thePageOfTheConfigurationNamesEveryShare() throws Exception {
    String page = Files.readString(Path.of("../docs/configuration.md"));

    for (MemoryPlan.Reduction reduction : plan(Config.DEFAULT, 10, 10).reductions()) {
      assertThat(page).containsPattern("\\| `" + reduction.key() + "` \\| \\d+ % of the");
    }
    assertThat(page)
        .contains(MemoryPlan.HEAP_PERCENT + " % of the Java heap")
        .contains(MemoryPlan.DIRECT_PERCENT + " % of the direct memory");
  }
}
