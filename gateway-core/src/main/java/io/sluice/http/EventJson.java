package io.sluice.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.channel.Batch;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;

/**
 * The one JSON form of an event and of a gap: {@code docs/protocol.md} §6. Written straight into a
 * buffer; JSON data is copied as it was published.
 */
public final class EventJson {

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** RFC 3339 in UTC, always with three digits of milliseconds. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private EventJson() {}

  /** Writes the JSON form of one event of a batch (JSN-1, JSN-2). */
  public static void write(Batch batch, int index, ByteBuf out) {
    write(batch, index, Channel.hash(batch.channel()), out);
  }

  /** The same for a caller that has the channel's {@link Channel#hash} at hand. */
  public static void write(Batch batch, int index, int channelHash, ByteBuf out) {
    Event event = batch.events().get(index);
    ascii(out, "{\"channel\":");
    string(out, batch.channel());
    ascii(out, ",\"cursor\":\"");
    ascii(out, Cursor.part(channelHash, batch.at(index)));
    out.writeByte('"');
    String name = event.name();
    if (name != null) {
      ascii(out, ",\"name\":");
      string(out, name);
    }
    String type = event.type();
    if (type != null) {
      ascii(out, ",\"type\":");
      string(out, type);
    }
    ascii(out, ",\"time\":\"");
    ascii(out, TIME.format(Instant.ofEpochMilli(event.timeMs())));
    data(out, event);
    out.writeByte('}');
  }

  private static void data(ByteBuf out, Event event) {
    switch (event.kind()) {
      case JSON -> {
        ascii(out, "\",\"data\":");
        out.writeBytes(event.data());
      }
      case TEXT -> {
        ascii(out, "\",\"data\":\"");
        escaped(out, event.data());
        out.writeByte('"');
      }
      case BINARY -> {
        ascii(out, "\",\"data64\":\"");
        out.writeBytes(Base64.getEncoder().encode(event.data()));
        out.writeByte('"');
      }
    }
  }

  /** Writes the JSON form of a gap (JSN-3). */
  public static void writeGap(String channel, Gap gap, ByteBuf out) {
    ascii(out, "{\"channel\":");
    string(out, channel);
    ascii(out, ",\"cursor\":\"");
    ascii(out, Cursor.part(Channel.hash(channel), gap.goOn()));
    ascii(out, "\",\"gap\":\"");
    ascii(out, gap.reason().slug());
    ascii(out, "\"}");
  }

  /** Writes a JSON string (RFC 8259 §7) of any text. */
  public static void string(ByteBuf out, String text) {
    out.writeByte('"');
    escaped(out, text.getBytes(StandardCharsets.UTF_8));
    out.writeByte('"');
  }

  private static void escaped(ByteBuf out, byte[] utf8) {
    out.ensureWritable(utf8.length);
    int plainFrom = 0;
    for (int i = 0; i < utf8.length; i++) {
      byte b = utf8[i];
      if (b == '"' || b == '\\' || (b >= 0 && b < 0x20)) {
        out.writeBytes(utf8, plainFrom, i - plainFrom);
        escape(out, b);
        plainFrom = i + 1;
      }
    }
    out.writeBytes(utf8, plainFrom, utf8.length - plainFrom);
  }

  private static void escape(ByteBuf out, byte b) {
    out.writeByte('\\');
    switch (b) {
      case '"', '\\' -> out.writeByte(b);
      case '\n' -> out.writeByte('n');
      case '\r' -> out.writeByte('r');
      case '\t' -> out.writeByte('t');
      default -> {
        ascii(out, "u00");
        out.writeByte(HEX[b >> 4]);
        out.writeByte(HEX[b & 0xf]);
      }
    }
  }

  private static void ascii(ByteBuf out, String text) {
    ByteBufUtil.writeAscii(out, text);
  }
}
