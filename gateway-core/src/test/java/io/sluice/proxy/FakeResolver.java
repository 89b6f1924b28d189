package io.sluice.proxy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/** A name server (RFC 1035 §4.1) that answers when a test says so, or never. */
@NullMarked
final class FakeResolver implements AutoCloseable {

  private static final int HEADER_BYTES = 12;
  private static final int TYPE_A = 1;
  private static final int WAIT_S = 20;

  private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>();
  private final List<Question> open = new ArrayList<>();
  private Answer answer = Answer.NONE;

  /** What it says to every question. */
  enum Answer {
    NONE,
    /** The name is this machine's, as far as addresses of IPv4 are asked for. */
    LOOPBACK,
    /** There is no such name. */
    UNKNOWN
  }

  FakeResolver() throws IOException {
    Thread receiver = new Thread(this::receive, "fake resolver");
    receiver.setDaemon(true);
    receiver.start();
  }

  private void receive() {
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
        socket.receive(packet);
        take(new Question(packet));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private synchronized void take(Question question) throws IOException {
    questions.add(question);
    if (answer == Answer.NONE) {
      open.add(question);
    } else {
      question.reply(answer);
    }
  }

  /** Answers so from now on, also what was asked before and has no answer. */
  synchronized void answer(Answer all) throws IOException {
    answer = all;
    for (Question question : open) {
      question.reply(all);
    }
    open.clear();
  }

  String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** The next question that came. */
  Question next() throws Exception {
    Question next = questions.poll(WAIT_S, TimeUnit.SECONDS);
    if (next == null) {
      throw new IOException("nobody asked");
    }
    return next;
  }

  @Override
  public void close() {
    socket.close();
  }

  /** What somebody asked. */
  final class Question {
    private final DatagramPacket packet;
    private final StringBuilder name = new StringBuilder();
    private final int end;

    private Question(DatagramPacket packet) {
      this.packet = packet;
      byte[] bytes = packet.getData();
      int at = HEADER_BYTES;
      while (bytes[at] != 0) {
        name.append(new String(bytes, at + 1, bytes[at], StandardCharsets.US_ASCII)).append('.');
        at += bytes[at] + 1;
      }
      end = at + 5;
    }

    String name() {
      return name.toString();
    }

    private void reply(Answer how) throws IOException {
      boolean found = how == Answer.LOOPBACK && packet.getData()[end - 3] == TYPE_A;
      ByteBuffer reply = ByteBuffer.allocate(512);
      reply.put(packet.getData(), 0, 2).putShort((short) (how == Answer.UNKNOWN ? 0x8183 : 0x8180));
      reply.putShort((short) 1).putShort((short) (found ? 1 : 0)).putInt(0);
      reply.put(packet.getData(), HEADER_BYTES, end - HEADER_BYTES);
      if (found) {
        reply.putShort((short) 0xc00c).putShort((short) TYPE_A).putShort((short) 1);
        reply.putInt(0).putShort((short) 4).put(new byte[] {127, 0, 0, 1});
      }
      socket.send(new DatagramPacket(reply.array(), reply.position(), packet.getSocketAddress()));
    }
  }
}
