package io.sluice.transport;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what a {@code sluice.v1.json} client asks: {@code docs/protocol.md} WS-10 to WS-14.
 */
final class WebSocketCommands {

  private final WebSocketStream stream;
  private final WebSocketReaders readers;
  private final WebSocketTransport.Opening opening;

  WebSocketCommands(
      WebSocketStream stream, WebSocketReaders readers, WebSocketTransport.Opening opening) {
    this.stream = stream;
    this.readers = readers;
    this.opening = opening;
  }

  void carryOut(Command command) {
    String op = command.op();
    if (op == null || command.problem() != null) {
      refuse(command, "bad-message", String.valueOf(command.problem()));
      return;
    }
    switch (op) {
      case "ping" -> stream.answer(Message.pong(command.ref()));
      case "message" ->
          refuse(command, "not-configured", "nobody receives the messages of clients here");
      case "subscribe", "resume", "unsubscribe" -> aboutChannel(op, command);
      default -> refuse(command, "unknown-op", "op = " + op + " is not known");
    }
  }

  private void aboutChannel(String op, Command command) {
    String channel = command.channel();
    if (channel == null) {
      refuse(command, "bad-message", "channel is missing");
      return;
    }
    switch (op) {
      case "subscribe" -> subscribe(command, channel);
      case "resume" -> resume(command, channel);
      default -> unsubscribe(command, channel);
    }
  }

  private void subscribe(Command command, String channel) {
    if (readers.reads(channel)) {
      refuse(command, "already-subscribed", "the channel is read already: resume moves it");
    } else {
      read(command, channel);
    }
  }

  private void resume(Command command, String channel) {
    if (command.since() == null || command.rewind() >= 0) {
      refuse(command, "bad-message", "resume needs since, and nothing else");
    } else {
      read(command, channel);
    }
  }

  private void unsubscribe(Command command, String channel) {
    if (readers.reads(channel)) {
      readers.close(channel);
      stream.answer(Message.unsubscribed(channel, command.ref()));
    } else {
      refuse(command, "not-subscribed", "the channel is not read");
    }
  }

  /** Reads a channel, in place of how it was read before. */
  private void read(Command command, String channel) {
    String problem = Channel.problem(channel);
    String alike = readers.alike(channel);
    Start start = start(command, channel);
    if (problem != null) {
      refuse(command, Problem.Kind.BAD_CHANNEL.slug(), problem);
    } else if (!channel.equals(opening.channel()) && !opening.route().selects(channel)) {
      refuse(command, Problem.Kind.FORBIDDEN.slug(), "the route does not select this channel");
    } else if (alike != null) {
      refuse(
          command,
          Problem.Kind.BAD_REQUEST.slug(),
          SubscribeRequest.alike(alike, channel)); // SEL-6
    } else if (start == null) {
      refuse(command, Problem.Kind.BAD_CURSOR.slug(), "since is no cursor");
    } else if (readers.count() == SubscribeRequest.MAX_WEBSOCKET_CHANNELS
        && !readers.reads(channel)) {
      refuse(
          command,
          Problem.Kind.TOO_MANY_CHANNELS.slug(),
          "the connection reads "
              + SubscribeRequest.MAX_WEBSOCKET_CHANNELS
              + " channels already, the most it may");
    } else {
      readers.close(channel);
      readers.open(new SubscribeRequest.Asked(channel, start), command.ref());
    }
  }

  /** Null for a malformed cursor. */
  private static @Nullable Start start(Command command, String channel) {
    String since = command.since();
    if (since == null) {
      return command.rewind() >= 0 ? new Start.Rewind(command.rewind()) : new Start.Head();
    }
    if (since.equals(Cursor.UNUSABLE)) { // what this gateway gave for a position it did not know
      return new Start.Unusable();
    }
    Cursor cursor = Cursor.parse(since);
    if (cursor == null) {
      return null;
    }
    Position position = cursor.position(Channel.hash(channel));
    return position == null ? new Start.Head() : new Start.After(position);
  }

  private void refuse(Command command, String slug, String detail) {
    stream.answer(Message.error(slug, detail, command));
  }
}
