package io.sluice.cli.demo;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The chat's last messages: what would be a database in a real app. Safe for all threads. */
final class ChatLog {

  private static final int KEPT = 50;

  private final List<Message> messages = new CopyOnWriteArrayList<>();

  /**
   * One message.
   *
   * @param id unique; the page shows each id once
   * @param time RFC 3339
   */
  record Message(String id, String author, String text, String time) {}

  /** Keeps a message, and the last ones before it. */
  void add(Message message) {
    messages.add(message);
    if (messages.size() > KEPT) {
      messages.remove(0);
    }
  }

  /** Takes a message back. */
  void remove(Message message) {
    messages.remove(message);
  }

  /** The oldest first. */
  List<Message> last() {
    return List.copyOf(messages);
  }
}
