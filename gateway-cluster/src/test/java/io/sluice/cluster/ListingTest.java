package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.cluster.FakeCluster.Kind;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Pages of channels while channels go. */
@NullMarked
final class ListingTest {

  private final FakeCluster cluster = new FakeCluster(3);

  private void made(String... names) {
    for (String name : names) {
      cluster.node(0).publish(name, "x");
    }
    cluster.settle();
  }

  /** A page during which channels are forgotten, after their names were told. */
  private List<String> page(String after, int limit, String... forgotten) {
    cluster.hold(step -> step.kind() == Kind.ASK && step.is(Inspect.class));
    Future<List<Broker.Info>> page = cluster.node(1).broker.list(after, limit);
    cluster.settle();
    for (String name : forgotten) {
      cluster.stores.forEach(store -> store.records.remove(name));
    }
    cluster.release();
    cluster.settle();
    assertThat(page.succeeded()).as("%s", page).isTrue();
    return page.result().stream().map(Broker.Info::channel).toList();
  }

  @Test
  void aPageFromWhichChannelsWereForgottenMeanwhileIsFilledWithThoseThatFollow() {
    made("a", "b", "c", "d", "e");
    assertThat(page("", 2, "b")).containsExactly("a", "c");
    assertThat(page("c", 2)).containsExactly("d", "e");
  }

  @Test
  void aPageOfWhichAllWereForgottenGoesOn() {
    made("a", "b", "c", "d", "e");
    assertThat(page("", 2, "a", "b")).containsExactly("c", "d");
  }

  @Test
  void onlyTheLastPageIsShort() {
    made("a", "b", "c");
    assertThat(page("", 2, "b", "c")).containsExactly("a");
  }

  @Test
  void anOwnerThatDoesNotAnswerFailsThePage() {
    made("a");
    cluster.hold(step -> step.kind() == Kind.ASK && step.is(Inspect.class));
    Future<List<Broker.Info>> page = cluster.node(1).broker.list("", 2);
    cluster.settle();
    cluster.lose(cluster.all(Kind.ASK).get(0));
    cluster.settle();
    assertThat(page.cause()).isInstanceOf(Broker.Unavailable.class);
  }
}
