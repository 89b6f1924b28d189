package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.sluice.Proves;
import io.sluice.channel.FakeLoops;
import io.sluice.channel.History;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.channel.nodes.FakeNeighbours;
import io.sluice.config.Config;
import io.sluice.http.Connections;
import io.sluice.http.guard.Sockets;
import io.sluice.metrics.ClusterMetrics;
import io.sluice.metrics.Metrics;
import io.sluice.publish.BodyBudget;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/metrics.md} and the code have the same names. */
class MetricsDocTest {

  private final Metrics metrics = new Metrics();
  private List<String> clustered = List.of();

  MetricsDocTest() {
    FakeLoops loops = new FakeLoops(2);
    SplittableRandom seeds = new SplittableRandom(3);
    var settings =
        new LocalBroker.Settings(
            channel -> History.DEFAULT,
            new Floor(256 << 10, 2_000),
            1 << 20,
            1 << 20,
            1000,
            1000,
            10,
            loops::nowMs);
    var broker = new LocalBroker(loops.all(), settings, seeds::split, metrics);
    var hub = new Hub(loops.all(), broker, HubSettings.usual(), metrics);
    new BodyBudget(1 << 20, metrics);
    clusterMetrics();
    assertThat(new Sockets(1, metrics).open()).isZero();
    var parts =
        new AdminNode.Parts(
            broker,
            new FakeNeighbours(),
            hub,
            metrics,
            () -> Config.DEFAULT,
            "1.2.3",
            List::<String>of,
            () -> Future.failedFuture("unused"));
    var views =
        loops.all().stream().map(loop -> new AdminNode.LoopView(loop, new Connections())).toList();
    new AdminNode(parts, views).start();
  }

  /** The broker of a cluster shows four that this one's has shown already. */
  private void clusterMetrics() {
    Metrics others = new Metrics();
    new ClusterMetrics(others)
        .show(
            new ClusterMetrics.Gauges(
                () -> 0, () -> 0, () -> 0, () -> 0, () -> 0, () -> 0, () -> 0, () -> 0, () -> 0));
    clustered =
        others.registry.scrape().stream()
            .filter(MetricsDocTest::isOfTheCluster)
            .map(snapshot -> name(snapshot) + " " + type(snapshot))
            .toList();
  }

  private static boolean isOfTheCluster(MetricSnapshot snapshot) {
    return snapshot.getMetadata().getPrometheusName().startsWith("sluice_cluster_");
  }

  @Proves("LIM-1")
  @Test
  void everyMetricStandsOnThePageWithItsType() throws IOException {
    List<String> registered = new ArrayList<>(clustered);
    metrics.registry.scrape().stream()
        .filter(snapshot -> snapshot.getMetadata().getPrometheusName().startsWith("sluice_"))
        .map(snapshot -> name(snapshot) + " " + type(snapshot))
        .forEach(registered::add);

    assertThat(
            rows(row -> row.get(0).startsWith("`sluice_")).stream()
                .map(row -> row.get(0).replace("`", "") + " " + row.get(1)))
        .containsExactlyInAnyOrderElementsOf(registered);
  }

  @Proves("LIM-1")
  @Test
  void everyBoundHasANumberBeforeItIsHit() throws IOException {
    String page = new MetricsPage(metrics.registry).write(null).body().toString();
    List<String> documented =
        rows(row -> row.size() == 3 && row.get(0).contains(".")).stream()
            .map(row -> row.get(0).replace("`", ""))
            .toList();

    assertThat(documented).containsExactlyInAnyOrderElementsOf(Metrics.LIMITS);
    assertThat(documented)
        .allSatisfy(
            limit ->
                assertThat(page)
                    .contains("sluice_limit_hit_total{limit=\"" + limit + "\"} 0")
                    .contains("sluice_limit{limit=\"" + limit + "\"} "));
  }

  @Test
  void everyBoundThatTheCodeCountsHasAName() throws IOException {
    Pattern hit = Pattern.compile("limitsHit\\s*\\.labelValues\\(([^)]*)\\)");
    Pattern literal = Pattern.compile("\"([^\"]+)\"");
    try (var files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher hits = hit.matcher(Files.readString(file));
        while (hits.find()) {
          Matcher names = literal.matcher(hits.group(1));
          while (names.find()) {
            assertThat(Metrics.LIMITS).as(file.toString()).contains(names.group(1));
          }
        }
      }
    }
  }

  @Test
  void thePageHasTheProcessAndTheProgram() throws IOException {
    String page = new MetricsPage(metrics.registry).write("*/*").body().toString();

    assertThat(page).contains("sluice_build_info{").contains("version=\"1.2.3\"");
    assertThat(page).contains("jvm_memory_used_bytes").contains("process_cpu_seconds_total");
    assertThat(page).contains("sluice_connections{transport=\"long-poll\"} 0");
  }

  private static String name(MetricSnapshot snapshot) {
    String name = snapshot.getMetadata().getPrometheusName();
    return snapshot instanceof CounterSnapshot
        ? name + "_total"
        : snapshot instanceof InfoSnapshot ? name + "_info" : name;
  }

  private static String type(MetricSnapshot snapshot) {
    return snapshot instanceof CounterSnapshot
        ? "counter"
        : snapshot instanceof InfoSnapshot
            ? "info"
            : snapshot instanceof HistogramSnapshot ? "histogram" : "gauge";
  }

  private static List<List<String>> rows(Predicate<List<String>> which) throws IOException {
    return Files.readString(Path.of("..", "docs", "metrics.md"))
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::trim).toList())
        .filter(which)
        .toList();
  }
}
