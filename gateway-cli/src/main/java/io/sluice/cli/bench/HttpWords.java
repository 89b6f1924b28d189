package io.sluice.cli.bench;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.sluice.cli.client.Failures;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Requests as text, and answers in words. */
final class HttpWords {

  private HttpWords() {}

  /** The path and query of a request line. */
  static String target(URI url) {
    String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  static String firstLine(String answer) {
    return answer.lines().findFirst().orElse("an empty answer");
  }

  /** An answer's status, and the detail of a problem document. */
  static String of(HttpResponse answer) {
    String body =
        answer instanceof FullHttpResponse whole
            ? whole.content().toString(StandardCharsets.UTF_8)
            : "";
    return "HTTP " + answer.status().code() + Failures.detail(body);
  }

  static String of(Throwable failure) {
    return Failures.text(failure);
  }
}
