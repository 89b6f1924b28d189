package io.sluice.config;

import io.sluice.config.Config.Address;

/** Reads the top of a configuration and its small blocks. */
final class ConfigMapper {

  private ConfigMapper() {}

  static Config read(Section top) {
    Config def = Config.DEFAULT;
    Section listening = top.section("listen");
    Config.Listen listen = listen(listening);
    Config.Publish publish =
        PublishMapper.read(top.section("publish"), listening, listen.publish());
    Config config =
        new Config(
            listen,
            publish,
            channels(top.section("channels")),
            limits(top.section("limits")),
            webSocket(top.section("websocket")),
            top.find("state", Kind.file("/var/lib/sluice/state")),
            top.get("drain", Units.duration("0s", "10m"), def.drain()),
            top.get("event-loops", Kind.count(0, 256), def.eventLoops()),
            RouteMapper.routes(top));
    top.end();
    return config;
  }

  private static Config.Listen listen(Section section) {
    Config.Listen def = Config.Listen.DEFAULT;
    Config.Listen listen =
        new Config.Listen(
            section.get("public", Addresses.bind(), def.publicAddress()),
            section.get("publish", Addresses.bind(), def.publish()),
            section.get("admin", Addresses.bind(), def.admin()));
    section.end();
    refuseClash(section, "publish", listen.publish(), listen.publicAddress(), "public");
    refuseClash(section, "admin", listen.admin(), listen.publicAddress(), "public");
    refuseClash(section, "admin", listen.admin(), listen.publish(), "publish");
    return listen;
  }

  private static void refuseClash(
      Section section, String key, Address address, Address other, String otherKey) {
    boolean hosts =
        address.host().equals(other.host())
            || Addresses.isWildcard(address)
            || Addresses.isWildcard(other);
    if (hosts && address.port() == other.port() && address.port() != 0) {
      section.refuse(
          key, "a port of its own", "listen." + otherKey + " takes " + other + ": change one port");
    }
  }

  private static Config.Channels channels(Section section) {
    Config.Channels def = Config.Channels.DEFAULT;
    Config.Channels channels =
        new Config.Channels(
            section.get("remember", Units.duration("1m", "720h"), def.remember()),
            section.get("history-memory", Units.size("1MiB", "1024GiB"), def.historyBytes()),
            section.get("identity-memory", Units.size("1MiB", "64GiB"), def.identityBytes()));
    section.end();
    return channels;
  }

  private static Config.Limits limits(Section section) {
    Config.Limits def = Config.Limits.DEFAULT;
    Config.Limits limits =
        new Config.Limits(
            section.get("connections", Kind.count(1, 10_000_000), def.connections()),
            section.get("catch-up", Units.size("1MiB", "16GiB"), def.catchUpBytes()),
            section.get("stalled", Units.duration("5s", "10m"), def.stalled()));
    section.end();
    return limits;
  }

  private static Config.WebSocket webSocket(Section section) {
    Config.WebSocket def = Config.WebSocket.DEFAULT;
    long maxMessage = def.maxMessageBytes();
    Config.WebSocket webSocket =
        new Config.WebSocket(
            Math.toIntExact(section.get("max-message", Units.size("1KiB", "16MiB"), maxMessage)),
            section.get("max-message-rate", Kind.count(1, 100_000), def.maxMessageRate()),
            section.get("pong-timeout", Units.duration("1s", "5m"), def.pongTimeout()));
    section.end();
    return webSocket;
  }
}
