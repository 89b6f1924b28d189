package io.sluice.publish;

import io.sluice.http.Problem;
import io.vertx.core.json.JsonObject;

/** What became of one publication on one channel. */
sealed interface Outcome {

  /** It is in the log, now or since an earlier try. */
  record Stored(JsonObject json) implements Outcome {}

  /** It is not. */
  record Refused(String channel, Problem problem) implements Outcome {

    /** As one result among others. */
    JsonObject json() {
      return new JsonObject()
          .put("channel", channel)
          .put("status", problem.kind().status())
          .put("slug", problem.kind().slug())
          .put("detail", problem.detail());
    }
  }
}
