package io.sluice.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.NullMarked;

@NullMarked
final class CursorTest {

  private static final int ROOM = Channel.hash("room");

  @Property
  @Proves("CUR-1")
  void everyPositionComesBack(
      @ForAll int hash,
      @ForAll long epoch,
      @ForAll @LongRange(min = 0) long offset,
      @ForAll int stamp) {
    Position position = new Position(epoch, offset, stamp);
    String text = Cursor.part(hash, position);

    assertThat(text).matches("1[A-Za-z0-9_-]+").hasSizeLessThanOrEqualTo(36);
    Cursor cursor = Cursor.parse(text);
    assertThat(cursor).isNotNull();
    assertThat(cursor.position(hash)).isEqualTo(position);
  }

  private static final String TWO =
      Cursor.part(ROOM, new Position(0x1234567890abcdefL, 77_000, 0x5eed))
          + "."
          + Cursor.part(Channel.hash("other"), new Position(0xfedcba0987654321L, 3, 0xbeef));

  @Example
  @Proves("CUR-3")
  void anyFlippedBitIsMalformed() {
    for (int at = 0; at < TWO.length(); at++) {
      for (int bit = 0; bit < 16; bit++) {
        StringBuilder damaged = new StringBuilder(TWO);
        damaged.setCharAt(at, (char) (TWO.charAt(at) ^ 1 << bit));
        assertThat(Cursor.parse(damaged.toString())).as("%s", damaged).isNull();
      }
    }
  }

  @Example
  @Proves({"CUR-3", "CUR-1"})
  void whatIsCutShortIsMalformedUnlessWholePartsAreLeft() {
    int whole = TWO.indexOf('.');
    for (int length = 0; length < TWO.length(); length++) {
      Cursor cut = Cursor.parse(TWO.substring(0, length));
      assertThat(cut != null).as("%d", length).isEqualTo(length == whole);
    }
  }

  @Property
  @Proves("CUR-3")
  void anyTextIsReadOrMalformedAndNeverAnException(@ForAll @StringLength(max = 200) String text) {
    Cursor.parse(text);
  }

  @Example
  @Proves("CUR-2")
  void partsMayBeJoinedAndPartsOfOtherChannelsAreIgnored() {
    String room = Cursor.part(ROOM, new Position(1, 2, 3));
    String other = Cursor.part(Channel.hash("other"), new Position(4, 5, 6));
    Cursor cursor = Cursor.parse(other + "." + room);

    assertThat(cursor).isNotNull();
    assertThat(cursor.position(ROOM)).isEqualTo(new Position(1, 2, 3));
    assertThat(cursor.position(Channel.hash("third"))).isNull();
  }

  @Example
  @Proves("CUR-3")
  void malformedTextsAreMalformed() {
    String part = Cursor.part(ROOM, new Position(1, 2, 3));
    for (String text :
        new String[] {
          "",
          Cursor.UNUSABLE,
          ".",
          part + ".",
          "." + part,
          "2" + part.substring(1),
          part.substring(0, 20),
          part + "=",
          part + "." + part,
          part + "." + Cursor.part(ROOM, new Position(1, 3, 4)),
          part + "AAAA",
          "1" + "!".repeat(26),
          "1".repeat(6000),
          parts(129)
        }) {
      assertThat(Cursor.parse(text)).as(text).isNull();
    }
    assertThat(Cursor.parse(parts(128))).isNotNull();
  }

  private static String parts(int count) {
    return IntStream.range(0, count)
        .mapToObj(hash -> Cursor.part(hash, new Position(1, 2, 3)))
        .collect(Collectors.joining("."));
  }

  @Example
  @Proves("NAM-1")
  void namesAreBoundedAndWithoutControlCharacters() {
    assertThat(Channel.problem("")).contains("1 to 255");
    assertThat(Channel.problem("a\nb")).contains("index 1");
    assertThat(Channel.problem("a\u0085b")).contains("control");
    assertThat(Channel.problem("\ud800")).contains("not valid Unicode");
    assertThat(Channel.problem("é".repeat(128))).contains("256 bytes");
    assertThat(Channel.problem("é".repeat(127))).isNull();
    assertThat(Channel.problem("😀/any thing{}*")).isNull();
  }
}
