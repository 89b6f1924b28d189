package io.sluice.cli;

import io.sluice.cli.client.Failures;
import io.sluice.cli.client.TlsTrouble;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Single requests to a gateway that is running. */
final class Requests {

  private final TrustOption trust;
  private final Duration patience;

  /** Asks the option when it sends: not before the command line has been read. */
  Requests(TrustOption trust) {
    this(trust, Duration.ofSeconds(30));
  }

  /** Requests that wait for an answer at most so long. */
  Requests(TrustOption trust, Duration patience) {
    this.trust = trust;
    this.patience = patience;
  }

  /**
   * Sends one request and waits for its answer, whatever its status.
   *
   * @throws Failure if there was no answer; the hint says what to look at
   */
  HttpResponse<String> send(HttpRequest.Builder request, String hint)
      throws Failure, InterruptedException {
    HttpRequest built = request.timeout(patience).build();
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(trust.context())
            .connectTimeout(patience.dividedBy(3))
            .build();
    try {
      return http.send(built, BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      URI uri = built.uri();
      TlsTrouble trouble = TlsTrouble.of(e);
      throw new Failure(
          Exit.FAILED,
          "sluice: no answer · %s://%s = %s · %s"
              .formatted(
                  uri.getScheme(),
                  uri.getRawAuthority(),
                  trouble == null ? Failures.text(e) : trouble.what(),
                  trouble == null ? hint : trouble.advice()));
    }
  }

  /** A path below a base URL, whose own last slash does not count. */
  static URI below(URI base, String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  /** A segment of a path. */
  static String segment(String text) {
    return query(text).replace("+", "%20");
  }

  /** A value of a query. */
  static String query(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
