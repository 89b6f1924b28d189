package io.sluice.cli;

import io.sluice.cli.bench.Histogram;
import io.sluice.cli.bench.Plan;
import io.sluice.cli.bench.Report;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * What came of a load run, for people and for programs.
 *
 * @param loops threads that readers had
 * @param watched whether the server's processes were
 */
record BenchTable(Plan plan, Report report, int loops, boolean watched) {

  /** A thread that works longer than this share of the time is what limits the figures. */
  private static final double BUSY = 0.9;

  private static final double MIB = 1 << 20;

  String text() {
    StringJoiner lines = new StringJoiner(System.lineSeparator());
    Histogram time = report.time();
    lines.add(
        row(
            "load",
            "%,d readers of %,d %s by %s, events of %,d bytes, %s",
            plan.shape().readers(),
            plan.shape().channels().size(),
            plan.shape().channels().size() == 1 ? "channel" : "channels",
            plan.subscribe().transport(),
            plan.shape().eventBytes(),
            pace()));
    lines.add(row("events", "%,d in %.1f s", report.events(), report.seconds()));
    lines.add(row("deliveries", "%,d, %,.0f a second", report.deliveries(), report.perSecond()));
    lines.add(
        row(
            "delivery time",
            "median %.1f ms, 90 %% %.1f ms, 99 %% %.1f ms, longest %.1f ms",
            time.at(0.5) / 1e3,
            time.at(0.9) / 1e3,
            time.at(0.99) / 1e3,
            time.max() / 1e3));
    lines.add(
        row(
            report.wrong().none() ? "wrong" : "WRONG",
            "%,d gaps, %,d repeats, %,d missing, %,d readers closed",
            report.wrong().gaps(),
            report.wrong().repeats(),
            report.wrong().missing(),
            report.wrong().closed()));
    if (watched) {
      lines.add(server());
    }
    lines.add(client());
    return lines.toString();
  }

  private String pace() {
    return plan.pace().perSecond() > 0
        ? String.format(Locale.ROOT, "%,.0f a second", plan.pace().perSecond())
        : plan.pace().outstanding() + " outstanding";
  }

  private String server() {
    Report.Server server = report.server();
    return row(
        "server",
        "%.2f µs of CPU a delivery, %.2f cores, %.1f MiB of memory (%.1f before readers came)",
        report.eachUs(server.cpuSeconds()),
        server.cpuSeconds() / report.seconds(),
        server.bytes() / MIB,
        server.idleBytes() / MIB);
  }

  private String client() {
    double cores = report.clientCpuSeconds() / report.seconds();
    return row(
        "this client",
        "%.2f µs of CPU a delivery, %.2f cores%s",
        report.eachUs(report.clientCpuSeconds()),
        cores,
        cores > BUSY * loops ? ": it may be what is slow, see --threads" : "");
  }

  private static String row(String name, String format, Object... values) {
    return String.format(Locale.ROOT, "%-15s", name) + String.format(Locale.ROOT, format, values);
  }

  JsonObject json() {
    Histogram time = report.time();
    JsonObject all =
        new JsonObject()
            .put("transport", plan.subscribe().transport().toString())
            .put("readers", plan.shape().readers())
            .put("channels", plan.shape().channels().size())
            .put("eventBytes", plan.shape().eventBytes())
            .put("ratePerSecond", plan.pace().perSecond())
            .put("outstanding", plan.pace().outstanding())
            .put("seconds", report.seconds())
            .put("events", report.events())
            .put("deliveries", report.deliveries())
            .put("deliveriesPerSecond", report.perSecond())
            .put(
                "deliveryTimeUs",
                new JsonObject()
                    .put("p50", time.at(0.5))
                    .put("p90", time.at(0.9))
                    .put("p99", time.at(0.99))
                    .put("max", time.max()))
            .put("gaps", report.wrong().gaps())
            .put("repeats", report.wrong().repeats())
            .put("missing", report.wrong().missing())
            .put("closed", report.wrong().closed())
            .put("clientCpuSeconds", report.clientCpuSeconds());
    if (watched) {
      all.put(
          "server",
          new JsonObject()
              .put("cpuSeconds", report.server().cpuSeconds())
              .put("cpuUsPerDelivery", report.eachUs(report.server().cpuSeconds()))
              .put("idleBytes", report.server().idleBytes())
              .put("bytes", report.server().bytes()));
    }
    return all;
  }
}
