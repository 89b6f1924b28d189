package io.sluice.publish;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What is answered to a publish: JSON that is written straight into the answer. */
interface Result {

  /** Writes it as one JSON value. */
  void writeTo(ByteBuf out);

  /** Several in a list. */
  record Several(List<? extends Result> each) implements Result {
    @Override
    public void writeTo(ByteBuf out) {
      ByteBufUtil.writeAscii(out, "{\"results\":[");
      for (int i = 0; i < each.size(); i++) {
        if (i > 0) {
          out.writeByte(',');
        }
        each.get(i).writeTo(out);
      }
      ByteBufUtil.writeAscii(out, "]}");
    }
  }

  /** Writes what is rare enough to be put together as an object first. */
  static void write(JsonObject json, ByteBuf out) {
    out.writeBytes(json.toBuffer().getBytes());
  }
}
