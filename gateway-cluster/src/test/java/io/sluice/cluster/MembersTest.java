package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.impl.MemberImpl;
import com.hazelcast.version.MemberVersion;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** How many members are gone between two looks. */
@NullMarked
final class MembersTest {

  private final List<Member> members = IntStream.range(0, 6).mapToObj(MembersTest::member).toList();

  private static Member member(int index) {
    try {
      return new MemberImpl.Builder(new Address("127.0.0." + (index + 1), 5701))
          .uuid(new UUID(1, index))
          .version(MemberVersion.of("5.7.0"))
          .build();
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private Members.Roll roll(int version, int... present) {
    Set<Member> all = Arrays.stream(present).mapToObj(members::get).collect(Collectors.toSet());
    return new Members.Roll(members.get(present[0]).getUuid(), all, version);
  }

  @Test
  void nobodyIsGoneWhereNothingHasChanged() {
    assertThat(roll(5, 0, 1, 2).gone(roll(5, 0, 1, 2))).isZero();
  }

  @Test
  void thoseAreCountedThatAreNotThereAnyMore() {
    assertThat(roll(5, 0, 1, 2).gone(roll(6, 0, 2))).isEqualTo(1);
    assertThat(roll(5, 0, 1, 2, 3).gone(roll(7, 0, 2))).isEqualTo(2);
    assertThat(roll(5, 0, 1, 2, 3).gone(roll(6, 0, 2))).as("in one change").isEqualTo(2);
  }

  @Test
  void whoMayHaveComeAndGoneBetweenMakesThemAny() {
    assertThat(roll(5, 0, 1, 2).gone(roll(7, 0, 1, 2))).isEqualTo(Integer.MAX_VALUE);
    assertThat(roll(5, 0, 1, 2).gone(roll(8, 0, 2))).isEqualTo(Integer.MAX_VALUE);
    assertThat(roll(5, 0, 1, 2).gone(roll(6, 0, 1, 2, 3))).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aNodeThatHasJoinedAnotherClusterCountsNobody() {
    assertThat(roll(5, 0, 1, 2).gone(roll(3, 0, 1, 2))).isEqualTo(Integer.MAX_VALUE);
    assertThat(roll(5, 0, 1, 2).gone(roll(6, 3, 1, 2))).isEqualTo(Integer.MAX_VALUE);
  }
}
