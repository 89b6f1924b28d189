package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Proves;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RoutesTest {

  private static final Upstream APP = Upstream.to(URI.create("http://127.0.0.1:3000"));

  private static Route app(String path) {
    return new Route(PathTemplate.parse(path), null, APP);
  }

  private static Route.Push push(String yaml) {
    var result =
        new ConfigReader(Map.of())
            .read("x.yaml", "routes: [{match: {path: '/{a}/{b}'}, push: " + yaml + "}]");
    assertThat(result).isInstanceOf(ConfigReader.Result.Accepted.class);
    Route.Push push = ((ConfigReader.Result.Accepted) result).config().routes().get(0).push();
    assertThat(push).isNotNull();
    return push;
  }

  private static Route push(String path, String yaml) {
    return new Route(PathTemplate.parse(path), push(yaml), null);
  }

  private static List<String> paths(Routes routes, String path) {
    return routes.matches(path).stream().map(m -> m.route().path().text()).toList();
  }

  @Test
  @Proves("NEG-8")
  void aLiteralBeatsAVariableAndAVariableBeatsTheRest() {
    List<Route> shuffled =
        new ArrayList<>(
            List.of(
                app("/**"),
                app("/{x}/**"),
                app("/a/**"),
                app("/{x}/b"),
                app("/a/{y}"),
                app("/a/b"),
                app("/{x}/{y}"),
                app("/c")));
    for (int seed = 0; seed < 50; seed++) {
      Collections.shuffle(shuffled, new Random(seed));
      Routes routes = new Routes(shuffled);
      assertThat(paths(routes, "/a/b"))
          .containsExactly("/a/b", "/a/{y}", "/a/**", "/{x}/b", "/{x}/{y}", "/{x}/**", "/**");
      assertThat(paths(routes, "/z/")).containsExactly("/{x}/**", "/**");
      assertThat(paths(routes, "/a")).containsExactly("/**");
    }
  }

  private static String upstreamPath(String route, String rewrite, String path) {
    String yaml =
        "routes: [{match: {path: '%s'}, upstream: {url: 'http://a', path: '%s'}}]"
            .formatted(route, rewrite);
    var result = new ConfigReader(Map.of()).read("x.yaml", yaml);
    assertThat(result).isInstanceOf(ConfigReader.Result.Accepted.class);
    List<Route> routes = ((ConfigReader.Result.Accepted) result).config().routes();
    return String.valueOf(new Routes(routes).matches(path).get(0).upstreamPath());
  }

  @Test
  void theUpstreamGetsThePathAsItCameOrRewrittenWithoutDecoding() {
    assertThat(new Routes(List.of(app("/**"))).matches("/a%20b/").get(0).upstreamPath())
        .isEqualTo("/a%20b/");
    assertThat(upstreamPath("/api/**", "/v1/{**}", "/api/a%20b//c/")).isEqualTo("/v1/a%20b//c/");
    assertThat(upstreamPath("/api/**", "/{**}", "/api/")).isEqualTo("/");
    assertThat(upstreamPath("/u/{id}/{x}", "/{x}-{id}", "/u/4%2B/b")).isEqualTo("/b-4%2B");
    assertThat(upstreamPath("/u/{id}", "/one", "/u/%FF")).isEqualTo("/one");
    assertThat(upstreamPath("/two/{a}/{b}/**", "/{a}{b}/{**}/tail", "/two/a/b/"))
        .isEqualTo("/ab/tail");
    assertThat(upstreamPath("/two/{a}/{b}/**", "/{a}{b}/{**}/tail", "/two/a/b/c/"))
        .isEqualTo("/ab/c/tail");
    assertThat(upstreamPath("/two/**", "/{**}/{**}/", "/two/")).isEqualTo("/");
    assertThat(upstreamPath("/two/{a}/**", "/{a}/{**}", "/two/a/")).isEqualTo("/a/");
  }

  @Test
  void noRouteMatchesWhatIsNoPath() {
    assertThat(new Routes(List.of(app("/**"))).matches("*")).isEmpty();
  }

  @Test
  @Proves("SEL-1")
  void theTemplateGivesTheChannel() {
    Routes routes =
        new Routes(
            List.of(
                push("/rooms/{a}", "{channel: 'room-{a}'}"),
                push("/x/{a}/{b}", "{channel: '{b}/{a}'}"),
                push("/news", "{channel: news}"),
                push("/any", "{select: '*'}")));
    assertThat(routes.matches("/rooms/%E2%82%AC").get(0).channel()).isEqualTo("room-€");
    assertThat(routes.matches("/x/1/2").get(0).channel()).isEqualTo("2/1");
    assertThat(routes.matches("/news").get(0).channel()).isEqualTo("news");
    assertThat(routes.matches("/any").get(0).channel()).isNull();
    assertThat(routes.matches("/any").get(0).problem()).isNull();
  }

  @Test
  @Proves("NAM-2")
  void aVariableWithASlashIsAProblemOfPushRoutesOnly() {
    Routes routes = new Routes(List.of(push("/rooms/{a}", "{channel: '{a}'}"), app("/{x}/{y}")));
    List<Routes.Match> matches = routes.matches("/rooms/a%2Fb");
    assertThat(matches.get(0).problem()).contains("{a}").contains("/");
    assertThat(matches.get(0).channel()).isNull();
    assertThat(matches.get(1).problem()).isNull();
  }

  @Test
  void historyIsThatOfTheRouteWhoseChannelItIs() {
    Routes routes =
        new Routes(
            List.of(
                push("/events/{a}", "{channel: '{a}', history: {count: 1}}"),
                push("/news", "{channel: news, history: {count: 2}}"),
                push("/rooms/{a}", "{channel: 'rooms/{a}', history: {count: 3}}"),
                push("/all", "{select: 'x/*', history: {count: 4}}")));
    assertThat(routes.historyFor("demo").count()).isEqualTo(1);
    assertThat(routes.historyFor("news").count()).as("a name beats a template").isEqualTo(2);
    assertThat(routes.historyFor("rooms/1").count()).isEqualTo(3);
    assertThat(routes.historyFor("x/y").count()).as("select comes last").isEqualTo(4);
    assertThat(routes.historyFor("y/z")).isEqualTo(Route.History.DEFAULT);
    assertThat(routes.historyFor("demo").age()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void aChannelTemplateThatIsNoneIsRefused() {
    Route.Push def = Route.Push.DEFAULT;
    Route.Push bad =
        new Route.Push(
            "{",
            def.select(),
            def.transports(),
            def.origins(),
            def.heartbeat(),
            def.retryMin(),
            def.retryMax(),
            def.poll(),
            def.history(),
            def.compression());
    assertThatThrownBy(() -> new Routes(List.of(new Route(PathTemplate.parse("/a"), bad, null))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
