package io.sluice.http.guard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every row of requests, right or wrong, however its bytes are cut. */
final class GuardPropertiesTest {

  /** What a mutation puts in: what frames a request, and what some take for it. */
  private static final List<String> PIECES =
      List.of(
          "\r\n",
          "\n",
          "\r",
          " ",
          "\t",
          ":",
          ",",
          ";",
          ";a=b",
          "=",
          "0",
          "1",
          "2",
          "f",
          "\0",
          "_",
          "/",
          "?",
          "#",
          "\\",
          "%",
          "\u00e4",
          "\r\n ",
          "\r\n\r\n",
          "0\r\n\r\n",
          "Host: b\r\n",
          "HTTP/1.0",
          "HTTP/1.2",
          "Content-Length: 1\r\n",
          "Transfer-Encoding: chunked\r\n",
          "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");

  /**
   * One change.
   *
   * @param at where, as a part of the whole
   * @param drop how many bytes go
   * @param piece what comes in their place
   */
  record Change(double at, int drop, String piece) {}

  @Property(tries = 500)
  void rightRequestsPassUnchangedInEveryByte(
      @ForAll("rows") List<String> row, @ForAll @IntRange(min = 1, max = 80) int part) {
    String text = String.join("", row);
    try (GuardBed bed = new GuardBed()) {
      bed.send(text.getBytes(ISO_8859_1), part);
      assertThat(bed.passed.toString(ISO_8859_1)).isEqualTo(text);
      assertThat(bed.requests).hasSize(row.size()).allMatch(r -> r.complete);
      assertThat(seen(bed)).isEqualTo(Reference.read(text));
    }
  }

  @Property(tries = 3000)
  void whateverIsSentTheHandlerSeesWhatTheReferenceSees(
      @ForAll("rows") List<String> row,
      @ForAll("changes") List<Change> changes,
      @ForAll @IntRange(min = 1, max = 80) int part) {
    String text = String.join("", row);
    for (Change change : changes) {
      int from = (int) (change.at() * text.length());
      int to = Math.min(text.length(), from + change.drop());
      text = text.substring(0, from) + change.piece() + text.substring(to);
    }
    try (GuardBed bed = new GuardBed()) {
      bed.send(text.getBytes(ISO_8859_1), part);
      assertThat(bed.decoderRefused).isFalse();
      assertThat(whole(seen(bed))).isEqualTo(whole(Reference.read(text)));
      assertThat(bed.requests.size())
          .isBetween(whole(Reference.read(text)).size(), Reference.read(text).size());
    }
  }

  /** How much was passed on of a body that does not end, or of its head, depends on the cuts. */
  private static List<String> whole(List<String> seen) {
    return seen.stream().filter(request -> !request.endsWith("…")).toList();
  }

  private static List<String> seen(GuardBed bed) {
    return bed.requests.stream()
        .map(
            r ->
                r.method
                    + " "
                    + r.target
                    + " "
                    + r.body.toString(ISO_8859_1)
                    + (r.complete ? "" : "…"))
        .toList();
  }

  @Provide
  Arbitrary<List<String>> rows() {
    return request().list().ofMinSize(1).ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    Arbitrary<Change> change =
        Combinators.combine(
                Arbitraries.doubles().between(0, 1),
                Arbitraries.integers().between(0, 3),
                Arbitraries.of(PIECES))
            .as(Change::new);
    return change.list().ofMinSize(1).ofMaxSize(3);
  }

  private static Arbitrary<String> request() {
    Arbitrary<String> method = Arbitraries.of("GET", "POST", "HEAD", "FROB", "OPTIONS");
    Arbitrary<String> target =
        Arbitraries.strings().withChars("abc/.;=%2?&|").ofMaxLength(30).map(rest -> "/" + rest);
    Arbitrary<String> fields =
        Arbitraries.of("", "Accept: */*\r\n", "X-A:\t1 2 \r\n", "Cookie: a=b; c=d\r\nX-B:\r\n");
    return Combinators.combine(method, target, fields, body())
        .as((m, t, f, b) -> m + " " + t + " HTTP/1.1\r\nHost: a.example:80\r\n" + f + b);
  }

  /** With the header that frames it, and the end of the head. */
  private static Arbitrary<String> body() {
    Arbitrary<String> data =
        Arbitraries.strings().withChars("ab\r\n0 :/").ofMinLength(1).ofMaxLength(40);
    Arbitrary<String> counted = data.map(d -> "Content-Length: " + d.length() + "\r\n\r\n" + d);
    Arbitrary<String> chunked =
        data.list()
            .ofMaxSize(4)
            .map(GuardPropertiesTest::chunks)
            .map(chunks -> "Transfer-Encoding: chunked\r\n\r\n" + chunks);
    return Arbitraries.oneOf(Arbitraries.just("\r\n"), counted, chunked);
  }

  private static String chunks(List<String> parts) {
    StringBuilder chunks = new StringBuilder();
    for (String part : parts) {
      chunks.append(Integer.toHexString(part.length())).append("\r\n").append(part).append("\r\n");
    }
    return chunks
        .append("0\r\n")
        .append(parts.size() > 2 ? "X-Sum: 1\r\n" : "")
        .append("\r\n")
        .toString();
  }
}
