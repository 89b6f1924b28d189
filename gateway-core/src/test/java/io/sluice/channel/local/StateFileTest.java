package io.sluice.channel.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Proves;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class StateFileTest {

  private static final long NOW = 1_700_000_000_000L;

  private final Path path;
  private final StateFile file;

  StateFileTest(@TempDir Path folder) {
    path = folder.resolve("state");
    file = new StateFile(path);
  }

  private static SavedState state() {
    Event event =
        new Event(
            3,
            -5,
            "größe",
            null,
            Event.Kind.TEXT,
            "data".getBytes(StandardCharsets.UTF_8),
            NOW - 10);
    return new SavedState(
        List.of(
            new ChannelLog.Saved(
                "räume/1",
                Long.MIN_VALUE,
                new long[] {3, 3, 3, 1},
                new int[] {-5, 9},
                Gap.Reason.EXPIRED,
                700,
                List.of(event),
                List.of(10L))),
        List.of(new SavedState.Id("c", "id", new Position(1, 2, 3), new byte[16], 5)));
  }

  @Test
  @Proves("RST-2")
  void aPathThatCannotBeLookedAtIsNotTakenForAMissingFile() throws Exception {
    assertThat(file.take(NOW)).isNull();
    Files.createSymbolicLink(path, path); // fails to open for root too

    assertThatThrownBy(() -> file.take(NOW))
        .isInstanceOf(StateFile.Unusable.class)
        .hasMessageContaining("cannot be read")
        .hasMessageContaining("new epoch");
  }

  @Test
  @Proves("RST-1")
  void whatIsWrittenIsReadOnceWithTheTimeInBetweenAddedToAges() throws Exception {
    file.write(state(), NOW);

    SavedState back = file.take(NOW + 1_000);

    assertThat(back).isNotNull();
    ChannelLog.Saved log = back.logs().get(0);
    assertThat(log.channel()).isEqualTo("räume/1");
    assertThat(log.epoch()).isEqualTo(Long.MIN_VALUE);
    assertThat(log.offsets()).containsExactly(3, 3, 3, 1);
    assertThat(log.stamps()).containsExactly(-5, 9);
    assertThat(log.lastDrop()).isEqualTo(Gap.Reason.EXPIRED);
    assertThat(log.idleMs()).isEqualTo(1_700);
    assertThat(log.agesMs()).containsExactly(1_010L);
    assertThat(log.events().get(0))
        .usingRecursiveComparison()
        .isEqualTo(state().logs().get(0).events().get(0));
    assertThat(back.ids().get(0).ageMs()).isEqualTo(1_005);
    assertThat(Files.exists(path)).isFalse();
    assertThat(file.take(NOW)).isNull();
  }

  @Test
  void onlyTheOwnerMayReadIt() throws Exception {
    file.write(state(), NOW);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void aClockThatWasSetBackMakesNothingYounger() throws Exception {
    file.write(state(), NOW);

    SavedState back = file.take(NOW - 1_000_000);

    assertThat(back).isNotNull();
    assertThat(back.logs().get(0).agesMs()).containsExactly(10L);
  }

  @Test
  @Proves("RST-2")
  void anyDamagedByteIsNoticed() throws Exception {
    file.write(state(), NOW);
    byte[] good = Files.readAllBytes(path);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x20;
      Files.write(path, bad);
      assertThatThrownBy(() -> file.take(NOW))
          .as("byte %d", i)
          .isInstanceOf(StateFile.Unusable.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("the next orderly stop writes a new one");
    }
  }

  @Test
  @Proves("RST-2")
  void aFileThatEndsTooEarlyIsNoticed() throws Exception {
    file.write(state(), NOW);
    byte[] good = Files.readAllBytes(path);
    for (int length = 0; length < good.length; length++) {
      Files.write(path, java.util.Arrays.copyOf(good, length));
      assertThatThrownBy(() -> file.take(NOW)).isInstanceOf(StateFile.Unusable.class);
    }
  }

  @Test
  void aFailedWriteLeavesNothingOnTheDisk() throws Exception {
    Files.createDirectories(path.resolve("in the way"));

    assertThatThrownBy(() -> file.write(state(), NOW)).isInstanceOf(IOException.class);

    assertThat(path.resolveSibling("state.new")).doesNotExist();
  }

  @Test
  void whatAnInterruptedStopLeftIsDeletedAtTheStart() throws Exception {
    Path half = Files.writeString(path.resolveSibling("state.new"), "SLU");

    assertThat(file.take(NOW)).isNull();

    assertThat(half).doesNotExist();
  }

  @Test
  void aFileThatIsNoStateFileIsMovedAsideAndSaidToBeNone() throws Exception {
    Path aside = path.resolveSibling("state.unusable");
    Files.writeString(aside, "an earlier one");
    Files.writeString(path, "key: value # somebody's configuration");

    assertThatThrownBy(() -> file.take(NOW))
        .isInstanceOf(StateFile.Unusable.class)
        .hasMessageContaining("it is no state file; every channel opens a new epoch")
        .hasMessageContaining(aside.toString());

    assertThat(aside).hasContent("key: value # somebody's configuration");
    assertThat(path).doesNotExist();
    file.write(state(), NOW);
    assertThat(file.take(NOW)).isNotNull();
  }

  @Test
  void aFailedWriteLeavesTheOlderFile() throws Exception {
    file.write(state(), NOW);
    Files.createDirectories(path.resolveSibling("state.new").resolve("in the way"));

    assertThatThrownBy(() -> file.write(state(), NOW)).isInstanceOf(IOException.class);

    assertThat(file.take(NOW)).isNotNull();
  }
}
