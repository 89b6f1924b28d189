package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NameSetTest {

  @Test
  void theCaseOfLettersDoesNotMatter() {
    NameSet names = NameSet.of("host", "Content-Length");
    assertThat(List.<CharSequence>of("Host", "HOST", AsciiString.of("content-LENGTH")))
        .allMatch(names::contains);
    assertThat(List.<CharSequence>of("", "hos", "hosts", AsciiString.of("content_length")))
        .noneMatch(names::contains);
  }

  @Test
  void manyNamesFindTheirPlaces() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      names.add("x-" + i);
    }
    NameSet set = NameSet.of(names.toArray(String[]::new));
    assertThat(names).allMatch(set::contains);
    assertThat(set.contains("x-500")).isFalse();
    assertThat(NameSet.of().contains("x-1")).isFalse();
  }
}
