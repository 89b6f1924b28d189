package io.sluice.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HtmlTest {

  @Test
  void whatAVisitorWroteIsOnlyText() {
    String html =
        Html.messages(
            List.of(
                new ChatLog.Message(
                    "1",
                    "<b>Eve</b>",
                    "\"><script>alert('x')</script>&amp;",
                    "2026-11-21T05:06:07.008Z")));
    assertThat(html)
        .contains("&lt;b&gt;Eve&lt;/b&gt;")
        .contains("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;")
        .contains("<time datetime=\"2026-11-21T05:06:07.008Z\">05:06</time>")
        .doesNotContain("<script");
  }

  @Test
  void aValueIsNotFilledAgain() {
    assertThat(Page.fill("a {{x}} b {{y}} c {{z}} {{", Map.of("x", "{{y}}", "y", "1")))
        .isEqualTo("a {{y}} b 1 c  {{");
  }

  @Test
  void formsAreBoundedAndDecoded() throws IOException {
    Form form = form("author=A%C3%A4&text=+one+%26+two+&empty=&=x&alone");
    assertThat(form).isNotNull();
    assertThat(form.text("author", 40)).isEqualTo("Aä");
    assertThat(form.text("text", 5)).isEqualTo("one &");
    assertThat(form.text("text", 500)).isEqualTo("one & two");
    assertThat(form.text("nothing", 5)).isEmpty();
    assertThat(form("text=%zz")).isNull();
    assertThat(form("text=" + "x".repeat(8192))).isNull();
  }

  @Test
  void theLogKeepsTheLastFifty() {
    ChatLog log = new ChatLog();
    for (int i = 0; i < 70; i++) {
      log.add(new ChatLog.Message("" + i, "a", "t", "2026-11-21T05:06:07.008Z"));
    }
    assertThat(log.last()).hasSize(50).first().extracting(ChatLog.Message::id).isEqualTo("20");
  }

  @Test
  void pagesLoadNothingFromElsewhere() {
    for (String page :
        List.of(
            "load.html",
            "chat.html",
            "playground.html",
            "app.css",
            "load.js",
            "chat.js",
            "playground.js")) {
      assertThat(Page.text(page))
          .as(page)
          .doesNotContain("https:", "//cdn", "@import", "innerHTML");
    }
  }

  private static @Nullable Form form(String body) throws IOException {
    return Form.read(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }
}
