package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.PlatformDependent;
import io.sluice.Proves;
import io.sluice.config.Route;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a client sends behind a request that is not answered yet, and leaves. */
@NullMarked
final class PipelinedBodiesIT {

  private static final int CLIENTS = 100;
  private static final int CHUNKS = 8;
  private static final int CHUNK_BYTES = 4 << 10;
  private static final int ROUNDS = 8;

  /**
   * Half of what the clients of the measured rounds have sent; pools grow by blocks of 4 MiB for
   * each loop when more of it happens to be held at a time.
   */
  private static final long MAX_GROWTH = (long) ROUNDS * CLIENTS * CHUNKS * CHUNK_BYTES / 2;

  private final Logger leaks = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  private final ListAppender<ILoggingEvent> told = new ListAppender<>();

  @BeforeEach
  void listen() {
    told.start();
    leaks.addAppender(told);
  }

  @AfterEach
  void stopListening() {
    leaks.detachAppender(told);
  }

  @Test
  @Proves("BEAT-5")
  void whatWaitsBehindAHeldPollIsFreedWhenTheClientLeaves() throws Exception {
    Route route = TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT);
    try (TestGateway gateway = TestGateway.start(TestGateway.config(route))) {
      String cursor = gateway.publish("room", "1");
      comeAndGo(gateway, cursor); // pools have grown to what a round takes
      comeAndGo(gateway, cursor);
      long before = direct();
      for (int i = 0; i < ROUNDS; i++) {
        comeAndGo(gateway, cursor);
      }
      assertThat(direct() - before).isLessThan(MAX_GROWTH);
      assertThat(told.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }
  }

  private static void comeAndGo(TestGateway gateway, String cursor) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC));
      clients.add(client);
      client.request("GET /events/room?wait=20&since=" + cursor + " HTTP/1.1", "Host: a");
    }
    gateway.awaitConnections(CLIENTS);
    String chunk = Integer.toHexString(CHUNK_BYTES) + "\r\n" + "x".repeat(CHUNK_BYTES) + "\r\n";
    for (RawClient client : clients) {
      client.request("POST /events/room HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
      client.send(chunk.repeat(CHUNKS));
    }
    for (RawClient client : clients) {
      client.finish();
    }
    gateway.awaitConnections(0);
    for (RawClient client : clients) {
      client.close();
    }
    System.gc(); // for the leak detector
  }

  private static long direct() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory()
        + PlatformDependent.usedDirectMemory();
  }
}
