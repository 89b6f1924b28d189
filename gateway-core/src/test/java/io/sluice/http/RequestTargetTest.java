package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

  @Test
  void aPathIsItsSegmentsDecodedOnce() {
    assertThat(segments("/channels/a%2Fb/events")).containsExactly("channels", "a/b", "events");
    assertThat(segments("/%2525")).containsExactly("%25");
    assertThat(segments("/..//.")).containsExactly("..", "", ".");
    assertThat(segments("/a/")).containsExactly("a", "");
    assertThat(segments("/")).containsExactly("");
    assertThat(segments("/a+b")).containsExactly("a+b");
    assertThat(segments("/%c3%A9")).containsExactly("é");
  }

  @Test
  void aQueryIsItsParametersInOrder() {
    RequestTarget target = RequestTarget.parse("/", "a=1&b=x+y%2B&a=2&c&&=e&d=%26%3D=");

    assertThat(target).isNotNull();
    assertThat(target.parameters()).containsEntry("a", List.of("1", "2"));
    assertThat(target.parameter("a")).isEqualTo("1");
    assertThat(target.parameter("b")).isEqualTo("x y+");
    assertThat(target.parameter("c")).isEmpty();
    assertThat(target.parameter("d")).isEqualTo("&==");
    assertThat(target.parameter("missing")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "*", "/%", "/%1", "/%g1", "/%-1", "/%ff", "/%c3", "/%ed%a0%80"})
  void whatIsNoPathIsRefused(String path) {
    assertThat(RequestTarget.parse(path, null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=%", "%zz=1", "a=%ff"})
  void whatIsNoQueryIsRefused(String query) {
    assertThat(RequestTarget.parse("/", query)).isNull();
  }

  @Property
  void whatWasEncodedOnceComesBack(@ForAll String text) {
    String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    String encoded = URLEncoder.encode(valid, StandardCharsets.UTF_8);

    RequestTarget target = RequestTarget.parse("/" + encoded.replace("+", "%20"), "q=" + encoded);
    assertThat(target).isNotNull();
    assertThat(target.segments()).containsExactly(valid);
    assertThat(target.parameter("q")).isEqualTo(valid);
  }

  @Property
  void noTextMakesItFail(@ForAll String path, @ForAll String query) {
    RequestTarget target = RequestTarget.parse("/" + path, query);

    assertThat(target == null || !target.segments().isEmpty()).isTrue();
  }

  private static List<String> segments(String path) {
    RequestTarget target = RequestTarget.parse(path, null);
    assertThat(target).isNotNull();
    return target.segments();
  }
}
