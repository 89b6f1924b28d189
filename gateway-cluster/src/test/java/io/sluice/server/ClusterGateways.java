package io.sluice.server;

import io.sluice.cluster.ClusterFactory;
import io.sluice.cluster.ClusterSite;
import io.sluice.config.Config;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullMarked;

/** Three real gateways in this process that are one cluster, on free ports of 127.0.0.1. */
@NullMarked
final class ClusterGateways implements AutoCloseable {

  static final int COUNT = 3;
  private static final int WAIT_S = 60;

  private final List<Config> configs;
  private final List<TestGateway> nodes;

  private ClusterGateways(List<Config> configs) {
    this.configs = configs;
    this.nodes = startAll(configs);
  }

  /** Starts them; complete when all see each other and are ready. */
  static ClusterGateways start(Config each) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        ClusterGateways cluster = new ClusterGateways(ClusterSite.members(each));
        for (TestGateway node : cluster.nodes) {
          await(() -> nodes(node).size() == COUNT);
          await(() -> node.get(Listener.ADMIN, "/readyz").equals("{\"ready\":true}"));
        }
        return cluster;
      } catch (CompletionException taken) { // a port that was free a moment ago
        if (attempt == 3) {
          throw taken;
        }
      }
    }
  }

  private static List<TestGateway> startAll(List<Config> configs) {
    List<CompletableFuture<TestGateway>> starting = new ArrayList<>();
    for (Config own : configs) {
      starting.add(
          CompletableFuture.supplyAsync(() -> TestGateway.start(own, new ClusterFactory())));
    }
    List<TestGateway> started = new ArrayList<>();
    starting.forEach(
        each -> each.handle((node, failed) -> node != null && started.add(node)).join());
    if (started.size() < COUNT) {
      started.forEach(TestGateway::close);
      starting.forEach(CompletableFuture::join); // fails with the reason
    }
    return started;
  }

  /** Another one in the place of one that has stopped; complete when it listens. */
  void startAgain(int index) {
    nodes.set(index, TestGateway.start(configs.get(index), new ClusterFactory()));
  }

  /** One of them; counted on from the last to the first. */
  TestGateway node(int index) {
    return nodes.get(Math.floorMod(index, COUNT));
  }

  List<TestGateway> all() {
    return List.copyOf(nodes);
  }

  /** What a node tells of all. */
  static List<JsonObject> nodes(TestGateway gateway) throws Exception {
    JsonArray nodes = new JsonObject(gateway.get(Listener.ADMIN, "/nodes")).getJsonArray("nodes");
    return nodes.stream().map(JsonObject.class::cast).toList();
  }

  /** Returns once it holds. */
  static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("it did not happen within " + WAIT_S + " s");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Stops those that still run. */
  @Override
  public void close() {
    nodes.forEach(TestGateway::close);
  }
}
