package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoggingTest {

  @Test
  void aLineOfTextIsOneLineAndEndsWithItsLastWord() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    var encoder = Logging.text(context);
    encoder.start();
    LoggingEvent event = new LoggingEvent();
    event.setLoggerContext(context);
    event.setLoggerName("io.sluice.access");
    event.setLevel(Level.INFO);
    event.setMessage("connection=1\r\nreason=answered");

    assertThat(new String(encoder.encode(event), StandardCharsets.UTF_8))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"
                + " INFO  access     connection=1 reason=answered\\R");
  }

  @Test
  void aFailureFollowsItsLine() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    var encoder = Logging.text(context);
    encoder.start();
    LoggingEvent event =
        new LoggingEvent(
            "",
            context.getLogger("io.sluice.server.Node"),
            Level.WARN,
            "it fails",
            new IllegalStateException("why"),
            new Object[0]);

    assertThat(new String(encoder.encode(event), StandardCharsets.UTF_8).lines().limit(3))
        .satisfiesExactly(
            line -> assertThat(line).endsWith(" WARN  Node       it fails"),
            line -> assertThat(line).isEqualTo("java.lang.IllegalStateException: why"),
            line -> assertThat(line).startsWith("\tat "));
  }
}
