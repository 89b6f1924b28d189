package io.sluice.config;

import io.sluice.config.Config.Address;
import io.sluice.config.Config.Publish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads who may publish, and how much. */
final class PublishMapper {

  private static final Kind<String> NAME =
      Kind.word(
          "name",
          "1 to 64 letters, digits, -, _ or .",
          "orders",
          Pattern.compile("[A-Za-z0-9._-]{1,64}"));

  /** What {@code Authorization: Bearer} can carry (RFC 6750 §2.1). */
  private static final Kind<String> SECRET =
      Kind.hidden(
          Kind.word(
              "secret",
              "16 to 512 letters, digits or - . _ ~ + / =",
              "\"${file:publish.key}\" with a line of openssl rand -hex 24 in that file",
              Pattern.compile("(?=.{16,512}$)[A-Za-z0-9._~+/-]+=*")));

  private PublishMapper() {}

  static Publish read(Section section, Section listening, Address address) {
    Publish def = Publish.DEFAULT;
    List<Config.Key> keys = keys(section);
    boolean open = section.get("open", Kind.flag(), def.open());
    int maxBody = section.bytes("max-body", Units.size("1KiB", "64MiB"), def.maxBodyBytes());
    int maxEvent = section.bytes("max-event", Units.size("1KiB", "16MiB"), def.maxEventBytes());
    int maxItems = section.get("max-items", Kind.count(1, 100_000), def.maxItems());
    int maxDepth = section.get("max-depth", Kind.count(8, 1_000), def.maxDepth());
    int maxAnswer = section.bytes("max-answer", Units.size("4KiB", "64MiB"), def.maxAnswerBytes());
    Section ids = section.section("publish-ids");
    Duration keepIds = ids.get("keep", Units.duration("10s", "24h"), def.keepIds());
    int maxIds = ids.get("max", Kind.count(1000, 10_000_000), def.maxIds());
    ids.end();
    Config.Bodies bodies = bodies(section, maxBody);
    section.end();
    // Keys that are wrong are problems of their own.
    boolean guarded = section.has("keys") && !section.isEmpty("keys");
    if (!open && !guarded && !address.isLoopback()) {
      listening.refuse(
          "publish",
          "a loopback address, keys in publish.keys, or publish.open: true",
          "anyone who reaches it could publish: add a key, or listen on 127.0.0.1:"
              + address.port());
    }
    return new Publish(
        keys, open, maxBody, maxEvent, maxItems, keepIds, maxIds, maxDepth, maxAnswer, bodies);
  }

  private static Config.Bodies bodies(Section section, int maxBody) {
    Config.Bodies def = Config.Bodies.DEFAULT;
    Duration timeout = section.get("body-timeout", Units.duration("1s", "10m"), def.timeout());
    long memory = section.get("body-memory", Units.size("1MiB", "64GiB"), def.memoryBytes());
    if (memory < maxBody) {
      section.refuse(
          "body-memory", "at least max-body", "a body of that size could never come in: raise it");
    }
    return new Config.Bodies(timeout, memory);
  }

  private static List<Config.Key> keys(Section section) {
    List<Config.Key> keys = new ArrayList<>();
    Map<String, String> names = new HashMap<>();
    Map<String, String> secrets = new HashMap<>();
    for (Section each : section.sections("keys")) {
      Config.Key key = key(each, names, secrets);
      if (key != null) {
        keys.add(key);
      }
    }
    return keys;
  }

  private static Config.@Nullable Key key(
      Section section, Map<String, String> names, Map<String, String> secrets) {
    String name = section.require("name", NAME);
    String secret = section.require("key", SECRET);
    List<ChannelPattern> channels =
        section.list("channels", Kind.channels(), List.of(new ChannelPattern("*")));
    section.end();
    if (section.isEmpty("channels")) {
      section.refuse("channels", "at least one pattern", "remove the key, or the line for all");
    }
    if (name == null || secret == null) {
      return null;
    }
    if (names.putIfAbsent(name, name) != null) {
      section.refuse("name", "a name of its own", "rename one: logs could not tell them apart");
    }
    String twin = secrets.putIfAbsent(secret, name);
    if (twin != null) {
      section.refuse("key", "a secret of its own", "the key " + twin + " has the same: change one");
    }
    return new Config.Key(name, secret, channels);
  }
}
