package io.sluice.publish;

import io.sluice.channel.Channel;
import io.sluice.channel.Loop;
import io.sluice.http.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations that change a channel: publishing in all its shapes, and emptying a log. */
final class PublishRequests {

  private static final CharSequence KEY = HttpHeaders.createOptimized("Idempotency-Key");
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final Set<String> EVENT_PARAMETERS = Set.of("name", "id");
  private static final Set<String> CLOUD_PARAMETERS = Set.of("channel");
  private static final String NDJSON = "application/x-ndjson";
  private static final String CLOUD = "application/cloudevents+json";
  private static final String CLOUD_BATCH = "application/cloudevents-batch+json";

  private final PublishApi.Parts parts;
  private final Loop loop;
  private final Publisher publisher;
  private final Body.Bounds bounds;

  PublishRequests(PublishApi.Parts parts, Loop loop) {
    this.parts = parts;
    this.loop = loop;
    this.bounds =
        new Body.Bounds(
            new Json(
                parts.config().maxDepth(),
                parts.metrics().limitsHit.labelValues("publish.max-depth")::inc),
            parts.config().maxItems());
    PublishCounts counts = new PublishCounts(parts.metrics(), parts.routes());
    this.publisher = new Publisher(parts.broker(), parts.hub()::readers, counts, loop);
  }

  /** {@code POST /channels/{channel}/events}: the body is the data (PUB-1). */
  void event(Exchange exchange, String channel) {
    String type = declaredType(exchange);
    if (refused(exchange, firstProblem(exchange, channel))
        || refused(exchange, exchange.target.unknownParameter(EVENT_PARAMETERS))) {
      return;
    }
    Publisher.Sender sender = sender(exchange);
    Rules rules = new Rules(exchange.credential, parts.config(), bounds.json());
    exchange.body(
        bytes -> {
          Faults faults = new Faults();
          Item item = event(exchange, channel, rules, new Rules.Raw(type, bytes), faults);
          publish(exchange, sender, item, faults);
        });
  }

  /** What the client says of the data; what curl says unasked is nothing (PUB-1). */
  private static @Nullable String declaredType(Exchange exchange) {
    String type = exchange.request.getHeader(HttpHeaders.CONTENT_TYPE);
    return type == null || type.strip().equalsIgnoreCase(FORM) ? null : type;
  }

  private static @Nullable Item event(
      Exchange exchange, String channel, Rules rules, Rules.Raw raw, Faults faults) {
    String name = rules.name(exchange.target.parameter("name"), "name", faults);
    String id = exchange.target.parameter("id");
    String idProblem = id == null ? null : Rules.idProblem("the id", id);
    if (idProblem != null) {
      faults.add("id", Problem.Kind.INVALID, idProblem);
    }
    if (!rules.type(raw.type(), "type", faults)) {
      return null;
    }
    Rules.Data data = rules.bytes(raw.type(), raw.bytes(), List.of("data"), faults);
    return data == null
        ? null
        : new Item(List.of(channel), false, name, data.type(), data.kind(), data.bytes(), id);
  }

  /** {@code POST /events}: items in one of the shapes of PUB-2. */
  void items(Exchange exchange) {
    String channel = exchange.target.parameter("channel");
    if (refused(exchange, firstProblem(exchange, channel))) {
      return;
    }
    String type = exchange.request.getHeader(HttpHeaders.CONTENT_TYPE);
    String essence = type == null ? "" : MediaType.essence(type);
    Set<String> known = isCloud(exchange, essence) ? CLOUD_PARAMETERS : Set.of();
    if (refused(exchange, exchange.target.unknownParameter(known))) {
      return;
    }
    Publisher.Sender sender = sender(exchange);
    Rules rules = new Rules(exchange.credential, parts.config(), bounds.json());
    CloudForm cloud = new CloudForm(rules, channel);
    if (essence.equals(CLOUD)) {
      document(exchange, sender, cloud, Body.Shape.ITEM);
    } else if (essence.equals(CLOUD_BATCH)) {
      document(exchange, sender, cloud, Body.Shape.LIST);
    } else if (exchange.request.headers().contains("ce-specversion")) {
      binary(exchange, sender, cloud);
    } else if (essence.equals("application/json")) {
      document(exchange, sender, new PlainForm(rules), Body.Shape.EITHER);
    } else if (essence.equals(NDJSON)) {
      lines(exchange, sender, new PlainForm(rules));
    } else {
      exchange.refuse(
          Problem.Kind.UNSUPPORTED_TYPE.with(
              "content-type = "
                  + (type == null ? "none" : essence)
                  + " (expected application/json, "
                  + NDJSON
                  + ", "
                  + CLOUD
                  + ", "
                  + CLOUD_BATCH
                  + " or any with ce-specversion): for raw data post to"
                  + " /channels/{channel}/events"));
    }
  }

  private static boolean isCloud(Exchange exchange, String essence) {
    return essence.equals(CLOUD)
        || essence.equals(CLOUD_BATCH)
        || exchange.request.headers().contains("ce-specversion");
  }

  /** {@code DELETE /channels/{channel}/events}: empties the log (PUB-12). */
  void delete(Exchange exchange, String channel) {
    if (refused(exchange, firstProblem(exchange, channel))
        || refused(exchange, exchange.target.unknownParameter(Set.of()))) {
      return;
    }
    loop.receive(
        parts.broker().delete(channel),
        head -> {
          if (head.succeeded()) {
            exchange.answer(Publisher.json(channel, head.result()));
          } else {
            exchange.send(Publisher.problem(head.cause()));
          }
        });
  }

  private void document(Exchange exchange, Publisher.Sender sender, Form form, Body.Shape shape) {
    exchange.body(
        bytes -> {
          Body body = Body.read(bytes, shape, form, bounds);
          if (body instanceof Body.Refused refused) {
            refuse(exchange, refused.problem());
          } else if (((Body.Items) body).list()) {
            publisher.publish(sender, ((Body.Items) body).items(), exchange::answer);
          } else {
            publisher.publish(sender, ((Body.Items) body).items().get(0), 0, exchange::answer);
          }
        });
  }

  private void binary(Exchange exchange, Publisher.Sender sender, CloudForm cloud) {
    exchange.body(
        bytes -> {
          Faults faults = new Faults();
          publish(
              exchange, sender, cloud.binary(exchange.request.headers(), bytes, faults), faults);
        });
  }

  private void publish(
      Exchange exchange, Publisher.Sender sender, @Nullable Item item, Faults faults) {
    if (item == null || !faults.isEmpty()) {
      refuse(exchange, faults.problem(false));
    } else {
      publisher.publish(sender, item, 0, exchange::answer);
    }
  }

  private void lines(Exchange exchange, Publisher.Sender sender, Form form) {
    if (exchange.request.version() == HttpVersion.HTTP_1_0) {
      exchange.refuse(
          Problem.Kind.BAD_REQUEST.with("HTTP/1.0 has no streamed answer: use HTTP/1.1"));
      return;
    }
    var work =
        new LineStream.Work(
            publisher, form, bounds, parts.config(), parts.metrics(), loop, parts.draining());
    new LineStream(exchange, work, sender).start();
  }

  private void refuse(Exchange exchange, Problem problem) {
    if (problem.kind() == Problem.Kind.TOO_LARGE) {
      boolean items = !problem.more().containsKey("errors");
      parts
          .metrics()
          .limitsHit
          .labelValues(items ? "publish.max-items" : "publish.max-event")
          .inc();
    }
    exchange.refuse(problem);
  }

  private static boolean refused(Exchange exchange, @Nullable Problem problem) {
    if (problem != null) {
      exchange.refuse(problem);
    }
    return problem != null;
  }

  /** What speaks against a request before its body is looked at. */
  private @Nullable Problem firstProblem(Exchange exchange, @Nullable String channel) {
    if (parts.draining().getAsBoolean()) {
      return Problem.Kind.DRAINING.with(
          "the node is stopping: send it again after Retry-After, to this node when it is back or"
              + " to another one");
    }
    Problem problem = channel == null ? null : channelProblem(exchange, channel);
    if (problem != null) {
      return problem;
    }
    String encoding = exchange.request.getHeader(HttpHeaders.CONTENT_ENCODING);
    return encoding == null || encoding.equalsIgnoreCase("identity")
        ? keyProblem(exchange)
        : Problem.Kind.UNSUPPORTED_TYPE.with(
            "content-encoding = " + encoding + " (expected none): send the data as it is");
  }

  private static @Nullable Problem keyProblem(Exchange exchange) {
    String key = exchange.request.getHeader(KEY);
    if (key == null) {
      return null;
    }
    if (exchange.request.headers().getAll(KEY).size() > 1) {
      return Problem.Kind.BAD_REQUEST.with(KEY + " is there twice (expected once)");
    }
    String problem = Rules.idProblem(KEY.toString(), key);
    return problem == null ? null : Problem.Kind.BAD_REQUEST.with(problem);
  }

  /** Who publishes; the key has been checked. */
  private static Publisher.Sender sender(Exchange exchange) {
    return new Publisher.Sender(exchange.credential, exchange.request.getHeader(KEY));
  }

  /** Whether a channel of the request line has a name, and the key may use it; null if so. */
  static @Nullable Problem channelProblem(Exchange exchange, String channel) {
    String problem = Channel.problem(channel);
    if (problem != null) {
      return Problem.Kind.BAD_CHANNEL.with(problem);
    }
    return exchange.credential.may(channel)
        ? null
        : Problem.Kind.FORBIDDEN.with("the key may not use this channel: see publish.keys");
  }
}
