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
        .matches("\\S+ INFO  access     connection=1 reason=answered\\R");
  }
}
