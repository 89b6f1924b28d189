package io.sluice.publish;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.sluice.http.EventJson;
import io.sluice.http.Problem;
import io.vertx.core.json.JsonObject;

/** What became of one publication on one channel. */
sealed interface Outcome extends Result {

  /**
   * It is in the log, now or since an earlier try.
   *
   * @param cursor after it
   * @param readers that the channel has, as far as this node knows
   * @param repeated whether it was there already
   */
  record Stored(String channel, String cursor, int readers, boolean repeated) implements Outcome {

    @Override
    public void writeTo(ByteBuf out) {
      ByteBufUtil.writeAscii(out, "{\"channel\":");
      EventJson.string(out, channel);
      ByteBufUtil.writeAscii(out, ",\"cursor\":\"");
      ByteBufUtil.writeAscii(out, cursor);
      ByteBufUtil.writeAscii(out, "\",\"readers\":");
      ByteBufUtil.writeAscii(out, Integer.toString(readers));
      ByteBufUtil.writeAscii(out, repeated ? ",\"repeated\":true}" : "}");
    }
  }

  /** It is not. */
  record Refused(String channel, Problem problem) implements Outcome {

    /** As one result among others. */
    @Override
    public void writeTo(ByteBuf out) {
      Result.write(
          new JsonObject()
              .put("channel", channel)
              .put("status", problem.kind().status())
              .put("slug", problem.kind().slug())
              .put("detail", problem.detail()),
          out);
    }
  }
}
