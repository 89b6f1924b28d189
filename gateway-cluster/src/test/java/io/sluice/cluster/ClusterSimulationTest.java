package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.cluster.FakeCluster.Kind;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * Publishers, readers that come, go and change nodes, messages that are lost, doubled and late, and
 * owners that change and die, in an order drawn by a seed. Clients fail on any event that does not
 * go on where they stand; in the end each has every event since its start or its last gap.
 */
@NullMarked
final class ClusterSimulationTest {

  private static final String ROOM = "room";
  private static final int SEEDS = 500;
  private static final int STEPS = 500;

  /** A publish, and who knows what became of it. */
  private record Sent(String data, Future<Broker.Published> answer) {}

  private static final class Run {
    final SplittableRandom random;
    final FakeCluster cluster;
    final boolean mayLoseAll;
    final List<FakeClient> clients = new ArrayList<>();
    final List<Sent> sent = new ArrayList<>();

    Run(long seed, boolean mayLoseAll) {
      this.random = new SplittableRandom(seed);
      this.mayLoseAll = mayLoseAll;
      long lingerMs = random.nextBoolean() ? 100 : 30_000;
      this.cluster = new FakeCluster(3, History.DEFAULT, random.split(), lingerMs);
    }

    private FakeNode anyNode() {
      return cluster.node(random.nextInt(3));
    }

    void act() {
      int what = random.nextInt(100);
      if (what < 12) {
        publish();
      } else if (what < 16) {
        client();
      } else if (what < 50) {
        message();
      } else if (what < 55) {
        cluster.loops.advance(random.nextInt(60));
        cluster.tick();
      } else if (what < 58) {
        cluster.compare(anyNode());
      } else if (what == 58) {
        turnOver();
      } else {
        cluster.loops.stepAny(random);
      }
    }

    private void publish() {
      String data = "e" + sent.size();
      if (!mayLoseAll && random.nextInt(5) == 0) { // an app that tries again by itself, elsewhere
        Broker.PublishId id = new Broker.PublishId("id" + sent.size(), true);
        sent.add(new Sent(data, anyNode().publish(ROOM, id, data)));
        sent.add(new Sent(data, anyNode().publish(ROOM, id, data)));
      } else {
        sent.add(new Sent(data, anyNode().publish(ROOM, data)));
      }
    }

    private void client() {
      if (clients.size() < 5) {
        Start start = random.nextBoolean() ? Start.HEAD : new Start.Rewind(random.nextInt(4));
        clients.add(anyNode().open(ROOM, start));
        return;
      }
      FakeClient client = clients.get(random.nextInt(clients.size()));
      if (client.at != null) {
        anyNode().connect(client, ROOM, new Start.After(client.at));
      }
    }

    private void message() {
      if (cluster.way.isEmpty()) {
        return;
      }
      FakeCluster.Step step = cluster.way.get(random.nextInt(cluster.way.size()));
      if (step.kind() == Kind.COPY) {
        step = cluster.all(Kind.COPY).get(0); // these come in their order
      }
      int fate = random.nextInt(100);
      if (step.kind() == Kind.HINT && fate < 10) {
        step.arrives().run(); // and again, later
      } else if (fate < (step.kind() == Kind.HINT ? 25 : 3)) {
        cluster.lose(step);
      } else {
        cluster.arrive(step);
      }
    }

    private void turnOver() {
      boolean last = cluster.backup == FakeCluster.NONE;
      if (random.nextBoolean() && !last) {
        cluster.move();
      } else if (random.nextInt(4) == 0 && (!last || mayLoseAll)) {
        cluster.killOwner();
      } else if (mayLoseAll && random.nextInt(8) == 0) {
        cluster.loseAll();
      }
    }

    void finish() {
      for (int round = 0; round < 4; round++) {
        cluster.advance(1_000);
        cluster.round();
        comeBack();
      }
      sent.add(new Sent("end", cluster.node(0).publish(ROOM, "end")));
      cluster.advance(1_000);
      cluster.round();
      cluster.advance(30_000); // longer than anything is tried
      cluster.round();
      comeBack();
      cluster.advance(1_000);
    }

    private void comeBack() {
      for (FakeClient client : clients) {
        if (client.sentAway != null) {
          Start start = client.at == null ? Start.HEAD : new Start.After(client.at);
          anyNode().connect(client, ROOM, start);
        }
      }
    }

    void check() {
      List<String> log = log();
      assertThat(log).doesNotHaveDuplicates().endsWith("end");
      acknowledgedAreThere(log);
      for (FakeClient client : clients) {
        assertThat(client.seen).doesNotHaveDuplicates();
        assertThat(client.seen.subList(client.seenBefore, client.seen.size()))
            .isEqualTo(log.subList((int) client.since, log.size()));
        assertThat(client.gaps).hasSizeLessThanOrEqualTo(cluster.lost);
        assertThat(client.told()).allMatch(reason -> reason == Gap.Reason.EPOCH);
      }
    }

    private List<String> log() {
      ChannelRecord record = Objects.requireNonNull(cluster.record(ROOM));
      Position start = Position.start(record.log().epoch());
      Broker.Page all = new Broker.Page(Integer.MAX_VALUE, Integer.MAX_VALUE);
      Broker.Slice slice = record.look(new Start.After(start), true, all);
      assertThat(slice.gap()).isNull();
      return slice.events().events().stream().map(Run::text).toList();
    }

    private static String text(Event event) {
      return new String(event.data(), StandardCharsets.UTF_8);
    }

    private void acknowledgedAreThere(List<String> log) {
      long epoch = Objects.requireNonNull(cluster.record(ROOM)).log().epoch();
      Set<String> unknown = new HashSet<>(log);
      for (Sent each : sent) {
        assertThat(each.answer.isComplete()).as("%s is answered", each.data).isTrue();
        if (each.answer.result() instanceof Broker.Published.Stored stored) {
          unknown.remove(each.data);
          if (stored.position().epoch() == epoch) {
            assertThat(log.get((int) stored.position().offset() - 1)).isEqualTo(each.data);
          } else {
            assertThat(mayLoseAll).isTrue();
            assertThat(log).as("not in two lives").doesNotContain(each.data);
          }
        } else if (each.answer.cause() instanceof Broker.Unavailable why && why.isPerhapsDone()) {
          unknown.remove(each.data);
        }
      }
      assertThat(unknown).as("in the log although refused").isEmpty();
    }
  }

  private static void run(long seed, boolean mayLoseAll) {
    Run run = new Run(seed, mayLoseAll);
    try {
      for (int step = 0; step < STEPS; step++) {
        run.act();
      }
      run.finish();
      run.check();
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
    }
  }

  @Test
  void nothingIsLostRepeatedOrReorderedWhileOneCopyIsLeft() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      run(seed, false);
    }
  }

  @Test
  void whoMissesSomethingIsToldWhenAllCopiesAreLost() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      run(-seed, true);
    }
  }
}
