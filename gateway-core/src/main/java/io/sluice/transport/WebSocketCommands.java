package io.sluice.transport;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what a {@code sluice.v1.json} client asks: {@code docs/protocol.md} WS-10 to WS-14.
 */
final class WebSocketCommands {

  private final WebSocketStream stream;
  private final WebSocketReaders readers;
  private final @Nullable String routeChannel;

  WebSocketCommands(
      WebSocketStream stream, WebSocketReaders readers, @Nullable String routeChannel) {
    this.stream = stream;
    this.readers = readers;
    this.routeChannel = routeChannel;
  }

  void carryOut(Command command) {
    String op = command.op();
    if (op == null || command.problem() != null) {
      refuse(command, CommandError.BAD_MESSAGE, String.valueOf(command.problem()));
      return;
    }
    switch (op) {
      case "ping" -> stream.answer(Message.pong(command.ref()));
      case "message" ->
          refuse(
              command, CommandError.NOT_CONFIGURED, "nobody receives the messages of clients here");
      case "subscribe", "resume", "unsubscribe" -> aboutChannel(op, command);
      default -> refuse(command, CommandError.UNKNOWN_OP, "op = " + op + " is not known");
    }
  }

  private void aboutChannel(String op, Command command) {
    String channel = command.channel();
    if (channel == null) {
      refuse(command, CommandError.BAD_MESSAGE, "channel is missing");
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
      refuse(
          command, CommandError.ALREADY_SUBSCRIBED, "the channel is read already: resume moves it");
    } else {
      read(command, channel);
    }
  }

  private void resume(Command command, String channel) {
    if (command.since() == null || command.rewind() >= 0) {
      refuse(command, CommandError.BAD_MESSAGE, "resume needs since, and nothing else");
    } else {
      read(command, channel);
    }
  }

  private void unsubscribe(Command command, String channel) {
    if (readers.reads(channel)) {
      readers.close(channel);
      stream.answer(Message.unsubscribed(channel, command.ref()));
    } else {
      refuse(command, CommandError.NOT_SUBSCRIBED, "the channel is not read");
    }
  }

  /** Reads a channel, in place of how it was read before. */
  private void read(Command command, String channel) {
    String problem = Channel.problem(channel);
    String alike = readers.subscriptions().alike(channel);
    Start start = start(command, channel);
    if (problem != null) {
      refuse(command, CommandError.BAD_CHANNEL, problem);
    } else if (!channel.equals(routeChannel) && !stream.route().selects(channel)) {
      refuse(command, CommandError.FORBIDDEN, "the route does not select this channel");
    } else if (alike != null) {
      refuse(command, CommandError.ALIKE, SubscribeRequest.alike(alike, channel)); // SEL-6
    } else if (start == null) {
      refuse(command, CommandError.BAD_CURSOR, "since is no cursor");
    } else if (readers.subscriptions().size() == SubscribeRequest.MAX_WEBSOCKET_CHANNELS
        && !readers.reads(channel)) {
      refuse(
          command,
          CommandError.TOO_MANY_CHANNELS,
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
      return command.rewind() >= 0 ? new Start.Rewind(command.rewind()) : Start.HEAD;
    }
    if (since.equals(Cursor.UNUSABLE)) { // CUR-6
      return new Start.Unusable();
    }
    Cursor cursor = Cursor.parse(since);
    if (cursor == null) {
      return null;
    }
    Position position = cursor.position(Channel.hash(channel));
    return position == null ? Start.HEAD : new Start.After(position);
  }

  private void refuse(Command command, CommandError error, String detail) {
    stream.answer(Message.error(error.slug(), detail, command));
  }
}
