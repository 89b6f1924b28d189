package io.sluice.admin;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The numbers as text: OpenMetrics for those who ask for it, else the older Prometheus format. */
final class MetricsPage {

  private final PrometheusRegistry registry;
  private final ExpositionFormatWriter openMetrics =
      OpenMetricsTextFormatWriter.builder().setCreatedTimestampsEnabled(false).build();
  private final ExpositionFormatWriter prometheus =
      PrometheusTextFormatWriter.builder().setIncludeCreatedTimestamps(false).build();

  MetricsPage(PrometheusRegistry registry) {
    this.registry = registry;
  }

  /** A page and its type. */
  record Page(String contentType, Buffer body) {}

  /**
   * Writes what the registry holds now.
   *
   * @param accept the header, or null
   */
  Page write(@Nullable String accept) throws IOException {
    boolean open = accept != null && accept.contains("application/openmetrics-text");
    ExpositionFormatWriter writer = open ? openMetrics : prometheus;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 << 10);
    writer.write(bytes, registry.scrape());
    return new Page(writer.getContentType(), Buffer.buffer(bytes.toByteArray()));
  }
}
