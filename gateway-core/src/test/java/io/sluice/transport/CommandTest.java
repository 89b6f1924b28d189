package io.sluice.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {

  private static final String FULL =
      "{\"op\":\"subscribe\",\"channel\":\"caf\\u00e9\",\"rewind\":3,\"ref\":\"r\",\"x\":[{\"op\":1}]}";

  private static Command read(String json) {
    return Command.read(json.getBytes(UTF_8));
  }

  @Test
  void readsEveryMemberAndPassesOverOthers() {
    assertThat(read(FULL)).isEqualTo(new Command("subscribe", "café", null, 3, "r", null));
  }

  @Test
  @Proves("WS-14")
  void keepsTheRefOfAMalformedMessage() {
    Command command = read("{\"since\":7,\"op\":\"resume\",\"ref\":\"r\"}");

    assertThat(command.ref()).isEqualTo("r");
    assertThat(command.problem()).isEqualTo("since is malformed (expected a string)");
  }

  @Test
  @Proves("WS-14")
  void countsTheCharactersOfARefNotItsUnits() {
    assertThat(read("{\"op\":\"ping\",\"ref\":\"" + "😀".repeat(64) + "\"}").problem()).isNull();
    assertThat(read("{\"op\":\"ping\",\"ref\":\"" + "x".repeat(65) + "\"}").problem())
        .startsWith("ref is too long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "1000000000000000000", "99999999999999999999", "[]"})
  @Proves("STA-3")
  void tellsTheBoundsOfARewind(String rewind) {
    assertThat(read("{\"op\":\"subscribe\",\"rewind\":" + rewind + "}").problem())
        .isEqualTo(
            "rewind is malformed (expected a whole number of events from 0 to"
                + " 999999999999999999)");
    assertThat(read("{\"op\":\"subscribe\",\"rewind\":999999999999999999}").problem()).isNull();
  }

  @Test
  void tellsOfANumberThatIsNotRead() {
    assertThat(read("{\"op\":\"ping\",\"rewind\":" + "9".repeat(2000) + "}").problem())
        .startsWith("the message has a number");
  }

  @Property(tries = 2000)
  void answersWhateverComes(@ForAll byte[] bytes) {
    assertThat(Command.read(bytes)).isNotNull();
  }

  @Property(tries = 2000)
  void answersWhateverADamagedMessageHolds(
      @ForAll @IntRange(max = 200) int at, @ForAll byte instead, @ForAll boolean cut) {
    byte[] bytes = FULL.getBytes(UTF_8);
    int index = at % bytes.length;
    bytes[index] = instead;

    Command command = Command.read(cut ? Arrays.copyOf(bytes, index) : bytes);

    assertThat(command.op() != null || command.problem() != null).isTrue();
  }
}
