package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of {@code docs/protocol.md} §14 are what the gateway answers. */
class PublishExamplesIT {

  private static final Pattern EXAMPLE =
      Pattern.compile("```\\n(\\w+) (\\S+)\\n(.*?)→ (\\d+)\\n(.*?)\\n```", Pattern.DOTALL);

  @Proves({"PUB-4", "PUB-5", "PUB-6", "PUB-7", "PUB-8", "REF-1"})
  @Test
  void everyExampleIsAnsweredAsThePageSays() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "protocol.md"));
    String examples = page.substring(page.indexOf("### Examples"), page.indexOf("## 15."));
    PublishBed bed = new PublishBed();
    try {
      int count = 0;
      Matcher example = EXAMPLE.matcher(examples);
      while (example.find()) {
        count++;
        check(bed, example);
      }
      assertThat(count).isEqualTo(12);
    } finally {
      bed.close();
    }
  }

  private static void check(PublishBed bed, Matcher example) throws Exception {
    List<String> request = example.group(3).strip().lines().toList();
    int blank = request.indexOf("");
    String type = blank < 0 ? "" : request.get(0).replace("Content-Type: ", "");
    String body = String.join("\n", request.subList(blank + 1, request.size()));
    var response =
        blank < 0
            ? bed.send(example.group(1), example.group(2), "")
            : bed.send(example.group(1), example.group(2), body, "Content-Type", type);

    assertThat(response.statusCode()).as(body).isEqualTo(Integer.parseInt(example.group(4)));
    assertThat(response.body().strip().replaceAll("\"cursor\":\"1[\\w-]+\"", "\"cursor\":\"1…\""))
        .isEqualTo(example.group(5));
  }
}
