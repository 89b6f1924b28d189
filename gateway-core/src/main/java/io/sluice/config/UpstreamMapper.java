package io.sluice.config;

import io.sluice.config.Upstream.Header;
import io.sluice.config.Upstream.HeaderChanges;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads where what is not for us goes. */
final class UpstreamMapper {

  /** A field's name (RFC 9110 §5.1). */
  private static final String TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}";

  /** What the gateway says itself, or what frames a message. */
  private static final Set<String> OURS =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "via");

  private static final String OURS_ADVICE = "the gateway sets that header itself: remove the item";

  private UpstreamMapper() {}

  /**
   * A route's {@code upstream} block.
   *
   * @param base what it overrides
   * @param route the route's path, or null if that is wrong
   * @param written whether the block is there
   */
  static @Nullable Upstream read(
      Section section, Upstream base, @Nullable PathTemplate route, boolean written) {
    URI url = section.find("url", Addresses.upstream());
    List<URI> targets = section.list("targets", Addresses.upstream(), List.of());
    PathRewrite path = section.find("path", Kind.pathRewrite());
    Upstream settings = settings(section, base);
    section.end();
    if (!written || section.isBroken()) {
      return null;
    }
    if (section.has("url") == section.has("targets")) {
      section.refuse(
          section.has("url") ? "targets" : "url",
          "either url or targets",
          section.has("url") ? "move the url into targets" : "add url: http://127.0.0.1:3000");
    } else if (section.isEmpty("targets")) {
      section.refuse("targets", "at least one URL", "name one");
    } else if (targets.stream().distinct().count() < targets.size()) {
      section.refuse("targets", "URLs that differ", "remove the one that stands there twice");
    }
    refuseForeign(section, path, route);
    List<URI> all = url == null ? targets : List.of(url);
    return all.isEmpty()
        ? null
        : new Upstream(
            all,
            path,
            settings.host(),
            settings.times(),
            settings.pool(),
            settings.health(),
            settings.request(),
            settings.response());
  }

  /** The keys that {@code defaults.upstream} has as well; it has no targets and no path. */
  static Upstream settings(Section section, Upstream base) {
    return new Upstream(
        base.targets(),
        null,
        section.get("host", host(), base.host()),
        times(section, base.times()),
        pool(section.section("pool"), base.pool()),
        health(section.section("health"), base.health()),
        changes(section.section("request-headers"), base.request()),
        changes(section.section("response-headers"), base.response()));
  }

  private static Upstream.Times times(Section section, Upstream.Times base) {
    return new Upstream.Times(
        section.get("connect-timeout", Units.duration("10ms", "1m"), base.connect()),
        section.get("first-byte-timeout", Units.duration("10ms", "1h"), base.firstByte()),
        section.get("idle-timeout", Units.duration("10ms", "24h"), base.idle()));
  }

  private static Upstream.Pool pool(Section section, Upstream.Pool base) {
    Upstream.Pool pool =
        new Upstream.Pool(
            section.get("connections", Kind.count(1, 100_000), base.connections()),
            section.get("waiting", Kind.count(0, 1_000_000), base.waiting()),
            section.get("keep-alive", Units.duration("1s", "1h"), base.keepAlive()));
    section.end();
    return pool;
  }

  private static Upstream.Health health(Section section, Upstream.Health base) {
    Upstream.Health health =
        new Upstream.Health(
            section.get("failures", Kind.count(0, 1000), base.failures()),
            section.get("leave-out", Units.duration("100ms", "1h"), base.leaveOut()),
            section.get("retries", Kind.count(0, 10), base.retries()));
    section.end();
    return health;
  }

  private static HeaderChanges changes(Section section, HeaderChanges base) {
    HeaderChanges changes =
        new HeaderChanges(
            section.list("remove", name(), base.remove()),
            section.list("add", header(), base.add()));
    section.end();
    return changes;
  }

  private static void refuseForeign(
      Section section, @Nullable PathRewrite path, @Nullable PathTemplate route) {
    if (path == null || route == null) {
      return;
    }
    for (String variable : path.variables()) {
      boolean known =
          variable.equals(PathRewrite.REST) ? route.rest() : route.variables().contains(variable);
      if (!known) {
        section.refuse(
            "path",
            "only variables of the path " + route.text(),
            "{" + variable + "} is not among them: rename it here or there");
        return;
      }
    }
  }

  private static Kind<String> host() {
    return Kind.word(
        "host",
        "keep, target, or a host name with an optional port",
        "app.example",
        Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})(?::[1-9][0-9]{0,4})?"));
  }

  private static Kind<String> name() {
    Pattern form = Pattern.compile(TOKEN);
    Function<String, Parsed<String>> parser =
        text -> {
          String name = text.toLowerCase(Locale.ROOT);
          if (!form.matcher(text).matches()) {
            return Parsed.bad();
          }
          return OURS.contains(name) ? Parsed.bad(OURS_ADVICE) : Parsed.good(name);
        };
    return new Kind<>(
        "header name",
        "the name of a header",
        "X-Powered-By",
        parser,
        Function.identity(),
        new Form.Text(TOKEN),
        Kind.Secrecy.AFTER_NAME);
  }

  private static Kind<Header> header() {
    Pattern form = Pattern.compile("(" + TOKEN + "): *([\\x20-\\x7e\\t]{0,1024})");
    Function<String, Parsed<Header>> parser =
        text -> {
          var matcher = form.matcher(text);
          if (!matcher.matches()) {
            return Parsed.bad();
          }
          return OURS.contains(matcher.group(1).toLowerCase(Locale.ROOT))
              ? Parsed.bad(OURS_ADVICE)
              : Parsed.good(new Header(matcher.group(1), matcher.group(2).strip()));
        };
    return new Kind<>(
        "header",
        "a header line NAME: VALUE",
        "\"X-Env: test\"",
        parser,
        UpstreamMapper::show,
        new Form.Text(form.pattern()),
        Kind.Secrecy.AFTER_COLON);
  }

  /** Any value may be a credential: no list of names knows them all. */
  private static String show(Header header) {
    return header.name() + ": " + Reading.HIDDEN;
  }
}
