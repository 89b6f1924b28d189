package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Publishers, readers, slow sockets, held answers and clocks in an order drawn by a seed. Sinks
 * fail on any event that does not go on where they stand; in the end every reader that was told of
 * no gap has everything since its start.
 */
@NullMarked
final class HubSimulationTest {

  private static final int STEPS = 3_000;

  static java.util.stream.IntStream seeds() {
    return java.util.stream.IntStream.rangeClosed(1, 60);
  }

  private record Client(RecordingSink sink, int loop) {}

  @ParameterizedTest
  @MethodSource("seeds")
  void nothingIsLostOrRepeatedInAnyOrder(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    boolean shortHistory = random.nextBoolean();
    HubBed bed =
        new HubBed(
            shortHistory ? new History(20, 1 << 20, 5_000) : History.DEFAULT,
            HubSettings.of(
                new Broker.Page(1 + random.nextInt(6), 1 << 20),
                500 + random.nextInt(2_000),
                200 + random.nextInt(4_000),
                1 + random.nextInt(4)));
    List<Client> clients = new ArrayList<>();
    List<String> published = new ArrayList<>();

    for (int step = 0; step < STEPS; step++) {
      act(bed, random, clients, published);
    }
    finish(bed, clients);

    for (Client client : clients) {
      List<String> data = client.sink.data();
      assertThat(data).doesNotHaveDuplicates();
      if (client.sink.gap == null) {
        assertThat(data).isEqualTo(published.subList(client.sink.startOffset, published.size()));
      } else {
        assertThat(shortHistory).as("gap %s with all held", client.sink.gap).isTrue();
      }
      if (!data.isEmpty()) {
        assertThat(data.get(data.size() - 1)).isEqualTo(published.get(published.size() - 1));
      }
    }
    assertThat(bed.hub.pageBudget().used()).isZero();
  }

  private static void act(
      HubBed bed, SplittableRandom random, List<Client> clients, List<String> published) {
    int what = random.nextInt(100);
    if (what < 15) {
      published.add(bed.publish());
    } else if (what < 18 && clients.size() < 12) {
      clients.add(open(bed, random));
    } else if (what < 30 && !clients.isEmpty()) {
      Client client = clients.get(random.nextInt(clients.size()));
      bed.loops.on(client.loop, client.sink::drain);
    } else if (what < 33) {
      bed.broker.holdReads = random.nextBoolean();
      bed.broker.holdFollows = random.nextInt(4) == 0;
    } else if (what < 38 && !bed.broker.held.isEmpty()) {
      bed.loops.on(bed.home, bed.broker::releaseOne);
    } else if (what == 38) {
      bed.loops.advance(random.nextInt(3_000));
    } else if (what == 39 && clients.size() > 3) {
      Client client = clients.get(random.nextInt(clients.size()));
      Reader reader = client.sink.reader;
      if (reader != null) {
        clients.remove(client);
        bed.loops.on(client.loop, reader::close);
        client.sink.drain();
      }
    } else {
      bed.loops.stepAny(random);
    }
  }

  private static Client open(HubBed bed, SplittableRandom random) {
    RecordingSink sink = new RecordingSink();
    sink.capacity = random.nextBoolean() ? 1 + random.nextInt(3) : Integer.MAX_VALUE;
    int loop = random.nextInt(2);
    bed.open(loop, sink, random.nextBoolean() ? new Start.Head() : new Start.Rewind(5));
    return new Client(sink, loop);
  }

  private static void finish(HubBed bed, List<Client> clients) {
    bed.broker.holdReads = false;
    bed.broker.holdFollows = false;
    while (!bed.broker.held.isEmpty()) {
      bed.loops.on(bed.home, bed.broker::releaseOne);
    }
    for (int round = 0; round < 3; round++) {
      bed.loops.settle();
      for (Client client : clients) {
        client.sink.capacity = Integer.MAX_VALUE;
        bed.loops.on(client.loop, client.sink::drain);
      }
      bed.loops.advance(1_000);
    }
    bed.loops.advance(HubSettings.KEEP_MS * 3);
  }
}
