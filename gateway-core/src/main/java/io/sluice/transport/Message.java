package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.channel.Gap;
import io.sluice.http.EventJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages of {@code sluice.v1.json} that are no events, as frames. */
final class Message {

  private final ByteBuf json = Unpooled.buffer(128);

  private Message(String op) {
    ByteBufUtil.writeAscii(json, "{\"op\":");
    EventJson.string(json, op);
  }

  /** WS-9. */
  static ByteBuf hello(String connection, long heartbeatMs, List<String> channels, String cursor) {
    Message hello = new Message("hello").with("connection", connection);
    ByteBufUtil.writeAscii(hello.json, ",\"heartbeat\":" + heartbeatMs + ",\"channels\":[");
    for (int i = 0; i < channels.size(); i++) {
      ByteBufUtil.writeAscii(hello.json, i == 0 ? "" : ",");
      EventJson.string(hello.json, channels.get(i));
    }
    ByteBufUtil.writeAscii(hello.json, "]");
    return hello.with("cursor", cursor).frame();
  }

  /** WS-10. */
  static ByteBuf subscribed(String channel, String cursor, @Nullable String ref) {
    return new Message("subscribed")
        .with("channel", channel)
        .with("cursor", cursor)
        .with("ref", ref)
        .frame();
  }

  /** WS-11. */
  static ByteBuf unsubscribed(String channel, @Nullable String ref) {
    return new Message("unsubscribed").with("channel", channel).with("ref", ref).frame();
  }

  /** WS-13. */
  static ByteBuf pong(@Nullable String ref) {
    return new Message("pong").with("ref", ref).frame();
  }

  /** WS-14; channel and ref are those of the command. */
  static ByteBuf error(String slug, String detail, Command about) {
    return new Message("error")
        .with("error", slug)
        .with("detail", detail)
        .with("channel", about.channel())
        .with("ref", about.ref())
        .frame();
  }

  /** WS-15. */
  static ByteBuf beat() {
    return new Message("beat").frame();
  }

  /** JSN-3. */
  static ByteBuf gap(String channel, Gap gap) {
    ByteBuf json = Unpooled.buffer(128);
    EventJson.writeGap(channel, gap, json);
    return Frame.text(json);
  }

  private Message with(String name, @Nullable String value) {
    if (value != null) {
      ByteBufUtil.writeAscii(json, ",\"" + name + "\":");
      EventJson.string(json, value);
    }
    return this;
  }

  private ByteBuf frame() {
    ByteBufUtil.writeAscii(json, "}");
    return Frame.text(json);
  }
}
