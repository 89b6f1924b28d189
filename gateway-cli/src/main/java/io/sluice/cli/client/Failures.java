package io.sluice.cli.client;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What went wrong, in words; and whether another try can help. */
public final class Failures {

  /** Below 500, only these may pass; all others mean stop, whatever the transport (SSE-10). */
  private static final Set<Integer> MAY_PASS = Set.of(408, 425, 429);

  /** How the HTTP client of the JDK says that a connection ended in the middle of an answer. */
  private static final Pattern CUT =
      Pattern.compile(
          "chunked transfer encoding, state|fixed content-length|EOF reached|Connection reset"
              + "|Broken pipe|closed|Output closed");

  private Failures() {}

  /** One line about a failed connection. */
  public static String text(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof HttpTimeoutException) {
      return "no answer in time";
    }
    if (cause instanceof ConnectException) {
      return cause.getCause() instanceof UnresolvedAddressException
          ? "the host is not known"
          : "nothing listens there";
    }
    String message = cause.getMessage();
    if (message != null
        && (message.contains("received no bytes") || message.startsWith("Invalid status line"))) {
      return "no answer in HTTP came (does it want https://?)";
    }
    if (cause instanceof IOException && CUT.matcher(String.valueOf(message)).lookingAt()) {
      return "the connection was cut";
    }
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /** What a connection that failed means. */
  static Ending ending(Throwable failure) {
    TlsTrouble trouble = TlsTrouble.of(failure);
    return trouble == null
        ? new Ending.Again(text(failure), null)
        : new Ending.Refused(trouble.toString());
  }

  /** What an answer that is not the one wanted means. */
  static Ending ending(int status, String body, Duration retryAfter) {
    String detail = "HTTP " + status + detail(body);
    if (status >= 500 || MAY_PASS.contains(status)) {
      return new Ending.Again(detail, retryAfter.isZero() ? null : retryAfter);
    }
    boolean page = status == 200 || (status >= 300 && status < 400);
    return new Ending.Refused(page ? detail + ": is this a push route?" : detail);
  }

  /**
   * What an answer 200 means by its content type; null if it is the one wanted. Another one comes
   * from something that is no push route, and would come again.
   */
  static @Nullable Ending otherType(HttpHeaders headers, String wanted) {
    String type = headers.firstValue("Content-Type").orElse("none");
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().equalsIgnoreCase(wanted)
        ? null
        : new Ending.Refused(
            "HTTP 200 with Content-Type %s (expected %s): is this a push route?"
                .formatted(type, wanted));
  }

  /** The detail of a problem document (RFC 9457), or nothing, with a colon before it. */
  public static String detail(String body) {
    JsonObject problem = Json.parsed(body);
    if (problem == null) {
      return "";
    }
    Object detail = problem.getValue("detail", problem.getValue("title"));
    return detail instanceof String text && !text.isEmpty() ? ": " + text : "";
  }
}
