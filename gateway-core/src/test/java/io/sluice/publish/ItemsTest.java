package io.sluice.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.access.Credential;
import io.sluice.channel.Event;
import io.sluice.config.Config;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Items and CloudEvents from bytes. */
class ItemsTest {

  private static final Json JSON = new Json(200, () -> {});
  private static final Rules RULES = new Rules(Credential.OPEN, Config.Publish.DEFAULT, JSON);
  private static final Body.Bounds MANY = new Body.Bounds(JSON, 10_000);

  @Proves("PUB-3")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"data\":\"a\\u00e9\\n\"                        | TEXT   |                          | aé~",
        "\"data\":{\"n\": 1.00}                          | JSON   | application/json         | {\"n\": 1.00}",
        "\"data\":null                                   | JSON   | application/json         | null",
        "\"data\":1e400                                  | JSON   | application/json         | 1e400",
        "\"type\":\"application/json\",\"data\":\"a\"    | JSON   | application/json         | \"a\"",
        "\"data\":[1 , 2],\"type\":\"a/b+json\"          | JSON   | a/b+json                 | [1 , 2]",
        "\"type\":\"text/html\",\"data\":\"<b>\"         | TEXT   | text/html                | <b>",
        "\"data64\":\"aGk=\"                             | BINARY | application/octet-stream | hi",
        "\"data64\":\"aGk\"                              | BINARY | application/octet-stream | hi",
        "\"data64\":\"aGk=\",\"type\":\"text/plain\"     | TEXT   | text/plain               | hi",
        "\"data64\":\"W10=\",\"type\":\"application/json\" | JSON | application/json         | []"
      })
  void dataIsReadByItsType(String members, Event.Kind kind, String type, String data) {
    Item item = one("{\"channel\":\"c\"," + members + "}");

    assertThat(item.kind()).isEqualTo(kind);
    assertThat(item.type()).isEqualTo(type);
    assertThat(new String(item.data(), UTF_8)).isEqualTo(data.replace('~', '\n'));
  }

  @Proves({"PUB-3", "PUB-5"})
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{\"data\":1}                                              | ''",
        "{\"channel\":\"c\"}                                       | ''",
        "{\"channel\":\"c\",\"channels\":[\"d\"],\"data\":1}       | ''",
        "{\"channel\":\"c\",\"data\":1,\"data64\":\"\"}            | ''",
        "{\"channel\":7,\"data\":1}                                | /channel",
        "{\"channel\":null,\"data\":1}                             | /channel",
        "{\"channel\":\"\",\"data\":1}                             | /channel",
        "{\"channel\":\"a\\u0007\",\"data\":1}                     | /channel",
        "{\"channel\":\"\\ud800\",\"data\":1}                      | /channel",
        "{\"channels\":[],\"data\":1}                              | /channels",
        "{\"channels\":\"c\",\"data\":1}                           | /channels",
        "{\"channels\":[\"a\",7],\"data\":1}                       | /channels",
        "{\"channels\":[\"a\",[\"b\"]],\"data\":1}                 | /channels",
        "{\"channels\":[\"a\",\"\"],\"data\":1}                    | /channels/1",
        "{\"channels\":[\"a\",\"b\",\"a\"],\"data\":1}             | /channels/2",
        "{\"channel\":\"c\",\"data\":1,\"colour\":2}               | /colour",
        "{\"channel\":\"c\",\"data\":1,\"a/b~c\":2}                | /a~1b~0c",
        "{\"channel\":\"c\",\"data\":1,\"data\":1}                 | /data",
        "{\"channel\":\"c\",\"data\":1,\"name\":\"open\"}          | /name",
        "{\"channel\":\"c\",\"data\":1,\"name\":\"\"}              | /name",
        "{\"channel\":\"c\",\"data\":1,\"name\":5}                 | /name",
        "{\"channel\":\"c\",\"data\":1,\"id\":\"\"}                | /id",
        "{\"channel\":\"c\",\"data\":1,\"id\":1}                   | /id",
        "{\"channel\":\"c\",\"data\":1,\"type\":\"text\"}          | /type",
        "{\"channel\":\"c\",\"data\":1,\"type\":\"a/b\\r\\nX: y\"} | /type",
        "{\"channel\":\"c\",\"data\":1,\"type\":\"text/plain\"}    | /data",
        "{\"channel\":\"c\",\"data\":\"x\",\"type\":\"image/png\"} | /data",
        "{\"channel\":\"c\",\"data\":\"\\udc00\"}                  | /data",
        "{\"channel\":\"c\",\"data64\":\"!\"}                      | /data64",
        "{\"channel\":\"c\",\"data64\":7}                          | /data64",
        "{\"channel\":\"c\",\"data64\":\"/w==\",\"type\":\"a/xml\"}| -",
        "{\"channel\":\"c\",\"data64\":\"/w==\",\"type\":\"text/x\"}| /data64",
        "{\"channel\":\"c\",\"data64\":\"ew==\",\"type\":\"a/b+json\"}| /data64"
      })
  void aFaultTellsWhereItIs(String document, String pointer) {
    if (pointer.equals("-")) {
      assertThat(one(document)).isNotNull();
    } else {
      assertThat(pointers(document)).contains(pointer);
      assertThat(pointers("[" + document + "]")).contains("/0" + pointer);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{\"a\":1          | the body is not valid JSON: it ends too early at line 1, column 7",
        "[{\"a\":\"x      | the body is not valid JSON: it ends too early at line 1, column 9",
        "''                | the body is empty (expected an object or an array of objects)",
        "' '               | the body is empty (expected an object or an array of objects)",
        "7                 | the body is something else than an object or an array of objects",
        "{\"a\":NaN}       | the body is not valid JSON: Non-standard token 'NaN' at line 1,",
        "{\"a\":/**/1}     | the body is not valid JSON: Unexpected character ('/' (code 47)) at",
        "{\"a\":+1}        | the body is not valid JSON: Unexpected character ('+' (code 43))",
        "{\"a\":yes}       | the body is not valid JSON: Unrecognized token 'yes': was expecting",
        "{a:1}             | the body is not valid JSON: Unexpected character ('a' (code 97)): was",
        "{\"channels\":[],\"data\":1} | /channels: an empty list (expected the name of",
        "{\"channels\":\"a\",\"data\":1} | /channels: not a list of strings"
      })
  void aRefusalSaysWhatWasWrongAndNothingOfTheParser(String document, String start) {
    Body body = Body.read(document.getBytes(UTF_8), Body.Shape.EITHER, new PlainForm(RULES), MANY);

    assertThat(((Body.Refused) body).problem().json().encode())
        .doesNotContain("Source", "Feature", "Stream");
    assertThat(((Body.Refused) body).problem().detail()).startsWith(start);
  }

  @Test
  void aNumberBeyondTheParsersBoundsIsRefusedInWords() {
    Body body =
        Body.read(
            ("[" + "9".repeat(2000) + "]").getBytes(UTF_8),
            Body.Shape.EITHER,
            new PlainForm(RULES),
            MANY);

    assertThat(((Body.Refused) body).problem().detail()).doesNotContain("Stream");
  }

  @Proves("NAM-5")
  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain; charset=iso-8859-1", "text/plain;a=b;Charset=\"ISO-8859-1\""})
  void anotherCharsetIsNamedWithWhatToDo(String type) {
    Faults faults = new Faults();

    assertThat(RULES.bytes(type, "é".getBytes(ISO_8859_1), List.of(), faults)).isNull();
    assertThat(faults.problem(false).detail())
        .containsIgnoringCase("charset=iso-8859-1 is not converted")
        .contains("application/octet-stream");
  }

  @Proves("PUB-5")
  @Test
  void allFaultsOfAListAreToldUpToABound() {
    assertThat(pointers("[{\"channel\":\"\",\"data\":1,\"x\":1},3,{\"channel\":\"c\"}]"))
        .containsExactly("/0/x", "/0/channel", "/1", "/2");
    assertThat(pointers("[" + "1,".repeat(500) + "1]")).hasSize(100);
  }

  static Stream<byte[]> malformed() throws IOException {
    List<byte[]> documents = new ArrayList<>();
    for (String line : corpus("malformed.txt")) {
      documents.add(unescape(line));
    }
    documents.add("[".repeat(100_000).getBytes(UTF_8));
    documents.add(
        ("{\"channel\":\"c\",\"data\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}")
            .getBytes(UTF_8));
    documents.add(("{\"channel\":\"c\",\"data\":" + "9".repeat(5000) + "}").getBytes(UTF_8));
    return documents.stream();
  }

  @Proves({"PUB-5", "NAM-5"})
  @ParameterizedTest
  @MethodSource("malformed")
  void whatIsNoJsonIsRefusedAsAWhole(byte[] document) {
    assertThat(read(document))
        .isInstanceOfSatisfying(
            Body.Refused.class,
            refused -> {
              assertThat(refused.problem().kind().status()).isEqualTo(422);
              assertThat(refused.problem().detail()).isNotBlank();
            });
  }

  @Proves("NAM-5")
  @Property
  void embeddedJsonIsKeptAsItWasWritten(
      @ForAll("json") String value, @ForAll("space") String space) {
    String members =
        "\"data\"" + space + ":" + space + value + space + ",\"channel\":\"é\"" + space;
    String document = "[{" + members + "}," + space + "{" + members + "}]" + space;

    for (Item item : ((Body.Items) read(document.getBytes(UTF_8))).items()) {
      if (item.kind() == Event.Kind.JSON) {
        assertThat(new String(item.data(), UTF_8)).isEqualTo(value);
      } else {
        assertThat(value).startsWith("\"");
      }
    }
  }

  @Provide
  Arbitrary<String> space() {
    return Arbitraries.strings().withChars(" \t\r\n").ofMaxLength(3);
  }

  @Provide
  Arbitrary<String> json() {
    Arbitrary<String> scalar =
        Arbitraries.oneOf(
            Arbitraries.of(
                "null", "true", "false", "0", "-0", "1.50", "1E+2", "12345678901234567890"),
            Arbitraries.of("\"\"", "\"a\\\"b\"", "\"é€😀\"", "\"\\u0000\\/\"", "\"}],{\""));
    return Arbitraries.recursive(
        () -> scalar,
        inner ->
            inner
                .list()
                .ofMaxSize(3)
                .map(each -> "[ " + String.join(" ,", each) + "]")
                .flatMap(
                    list ->
                        Arbitraries.of(
                            list, "{\"k\" :" + list + "}", "{\"a\":1,\"a\": " + list + "}")),
        0,
        4);
  }

  @Property
  void noBytesMakeItFail(@ForAll byte[] noise, @ForAll("json") String value) {
    String document = "{\"channel\":\"c\",\"data\":" + value + "}";
    byte[] damaged = document.getBytes(UTF_8);
    for (int i = 0; i < noise.length && i < 3; i++) {
      damaged[Math.floorMod(noise[i] * 31 + i, damaged.length)] = noise[i];
    }

    assertThat(read(damaged)).isNotNull();
    assertThat(read(noise)).isNotNull();
    assertThat(Body.read(damaged, Body.Shape.EITHER, new CloudForm(RULES, null), MANY)).isNotNull();
  }

  @Property
  void linesAreTheSameHoweverTheyArrive(@ForAll List<String> texts, @ForAll byte cut) {
    List<String> lines =
        texts.stream()
            .map(text -> new String(text.replace("\n", "").getBytes(UTF_8), UTF_8))
            .toList();
    byte[] all = (String.join("\n", lines) + "\n").getBytes(UTF_8);
    int at = Math.floorMod(cut, all.length);
    Lines splitter = new Lines(1 << 20);
    splitter.add(java.util.Arrays.copyOf(all, at));
    splitter.add(java.util.Arrays.copyOfRange(all, at, all.length));
    splitter.finish();

    List<String> read = new ArrayList<>();
    for (byte[] line = splitter.poll(); line != null; line = splitter.poll()) {
      read.add(new String(line, UTF_8));
    }
    assertThat(read).isEqualTo(lines.isEmpty() ? List.of("") : lines);
  }

  @Proves("PUB-6")
  @Test
  void aLineIsBoundedHoweverItArrives() {
    Lines lines = new Lines(4);
    lines.add("1234\n12".getBytes(UTF_8));
    lines.add("345\nok\n".getBytes(UTF_8));

    assertThat(lines.poll()).asString(UTF_8).isEqualTo("1234");
    assertThat(lines.poll()).isNull();
    assertThat(lines.overlong()).isTrue();
  }

  @Proves("PUB-8")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"data\":\"text\"                                          | JSON   | application/json         | \"text\"",
        "\"data\":\"text\",\"datacontenttype\":\"text/plain\"       | TEXT   | text/plain               | text",
        "\"data\":\"text\",\"datacontenttype\":\"application/json\" | JSON   | application/json         | \"text\"",
        "\"data\":{\"a\":1},\"datacontenttype\":null                | JSON   | application/json         | {\"a\":1}",
        "\"data_base64\":\"aGk=\"                                   | BINARY | application/octet-stream | hi",
        "\"subject\":\"x\",\"data_base64\":\"aGk=\",\"datacontenttype\":\"text/x\" | TEXT | text/x    | hi",
        "\"time\":\"2026-11-21T00:00:00Z\"                          | TEXT   |                          | ''"
      })
  void aCloudEventsDataIsReadByItsContentType(
      String members, Event.Kind kind, String type, String data) {
    Item item = cloud(members);

    assertThat(item.channels()).containsExactly("c");
    assertThat(item.name()).isEqualTo("t");
    assertThat(item.kind()).isEqualTo(kind);
    assertThat(item.type()).isEqualTo(type);
    assertThat(new String(item.data(), UTF_8)).isEqualTo(data);
  }

  @Proves("PUB-7")
  @Test
  void noTwoTriplesJoinToTheSameId() {
    Ids ids = new Ids();
    Credential a = new Credential("a", List.of());
    Credential colon = new Credential("a1:-", List.of());
    List<String> texts =
        Stream.of(
                ids.of(Credential.OPEN, null, "0", 0),
                ids.of(Credential.OPEN, "0", null, 0),
                ids.of(Credential.OPEN, "0", "0", 0),
                ids.of(Credential.OPEN, "0", null, 1),
                ids.of(Credential.OPEN, "-", "0", 0),
                ids.of(a, null, "0", 0),
                ids.of(colon, null, "0", 0),
                ids.of(a, "1:-", "0", 0),
                ids.of(Credential.OPEN, null, null, 0),
                ids.of(Credential.OPEN, null, null, 0),
                new Ids().of(Credential.OPEN, null, null, 0))
            .map(id -> id.text())
            .toList();

    assertThat(texts).doesNotHaveDuplicates();
    assertThat(ids.of(a, "k", null, 3)).isEqualTo(ids.of(a, "k", null, 3));
    assertThat(ids.of(a, null, null, 3).fromClient()).isFalse();
  }

  private static Item cloud(String members) {
    String document =
        "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"channel\":\"c\","
            + members
            + "}";
    Body body =
        Body.read(document.getBytes(UTF_8), Body.Shape.ITEM, new CloudForm(RULES, null), MANY);
    return items(body).get(0);
  }

  private static Body read(byte[] document) {
    return Body.read(document, Body.Shape.EITHER, new PlainForm(RULES), MANY);
  }

  private static Item one(String document) {
    return items(read(document.getBytes(UTF_8))).get(0);
  }

  private static List<Item> items(Body body) {
    assertThat(body).isInstanceOf(Body.Items.class);
    return ((Body.Items) body).items();
  }

  private static List<String> pointers(String document) {
    Body body = read(document.getBytes(UTF_8));
    assertThat(body).isInstanceOf(Body.Refused.class);
    return ((Body.Refused) body)
        .problem().more().getJsonArray("errors").stream()
            .map(error -> ((JsonObject) error).getString("pointer"))
            .toList();
  }

  private static List<String> corpus(String name) throws IOException {
    try (InputStream in = ItemsTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  /** {@code \xHH} is a byte. */
  private static byte[] unescape(String line) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      if (line.startsWith("\\x", i)) {
        bytes.append((char) Integer.parseInt(line.substring(i + 2, i + 4), 16));
        i += 3;
      } else {
        bytes.append(line.charAt(i));
      }
    }
    return bytes.toString().getBytes(ISO_8859_1);
  }
}
