package io.sluice.config;

import io.sluice.config.Config.Address;

/** Reads the top of a configuration and its small blocks. */
final class ConfigMapper {

  private ConfigMapper() {}

  static Config read(Section top) {
    Config def = Config.DEFAULT;
    Section listening = top.section("listen");
    Config.Listen listen = listen(listening, TlsMapper.read(top.section("tls")));
    Config.Publish publish =
        PublishMapper.read(top.section("publish"), listening, listen.publish());
    Config config =
        new Config(
            listen,
            publish,
            channels(top.section("channels")),
            limits(top.section("limits")),
            webSocket(top.section("websocket")),
            ClusterMapper.read(top.section("cluster"), top.has("cluster"), listen),
            top.find("state", Kind.file("/var/lib/sluice/state")),
            top.get("drain", Units.duration("0s", "10m"), def.drain()),
            top.get("event-loops", Kind.count(0, 256), def.eventLoops()),
            RouteMapper.routes(top));
    top.end();
    return config;
  }

  private static Config.Listen listen(Section section, Config.Tls tls) {
    Config.Listen def = Config.Listen.DEFAULT;
    Config.Listen listen =
        new Config.Listen(
            section.get("public", Addresses.bind(), def.publicAddress()),
            section.get("publish", Addresses.bind(), def.publish()),
            section.get("admin", Addresses.bind(), def.admin()),
            tls);
    section.end();
    refuseClash(section, "publish", listen.publish(), listen.publicAddress(), "public");
    refuseClash(section, "admin", listen.admin(), listen.publicAddress(), "public");
    refuseClash(section, "admin", listen.admin(), listen.publish(), "publish");
    return listen;
  }

  /** Refuses an address that a listener has. */
  static void refuseClash(
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
            section.get("identity-memory", Units.size("1MiB", "64GiB"), def.identityBytes()),
            floor(section.section("floor")));
    section.end();
    return channels;
  }

  private static Config.Floor floor(Section section) {
    Config.Floor def = Config.Floor.DEFAULT;
    Config.Floor floor =
        new Config.Floor(
            section.get("bytes", Units.size("0B", "64MiB"), def.bytes()),
            section.get("age", Units.duration("0ms", "1m"), def.age()));
    section.end();
    return floor;
  }

  private static Config.Limits limits(Section section) {
    Config.Limits def = Config.Limits.DEFAULT;
    Config.Limits limits =
        new Config.Limits(
            section.get("connections", Kind.count(1, 10_000_000), def.connections()),
            section.get("turned-away", Kind.count(0, 100_000), def.turnedAway()),
            section.get("stalled", Units.duration("5s", "10m"), def.stalled()),
            section.bytes("request-line", Units.size("1KiB", "64KiB"), def.requestLineBytes()),
            section.bytes("header", Units.size("2KiB", "256KiB"), def.headerBytes()),
            delivery(section),
            door(section));
    section.end();
    return limits;
  }

  private static Config.Door door(Section section) {
    Config.Door def = Config.Door.DEFAULT;
    return new Config.Door(
        section.get("sockets", Kind.count(1, 10_000_000), def.sockets()),
        section.get("header-timeout", Units.duration("100ms", "5m"), def.headerTimeout()),
        section.get("idle", Units.duration("100ms", "1h"), def.idle()),
        section.get("header-count", Kind.count(10, 1_000), def.headerCount()));
  }

  private static Config.Delivery delivery(Section section) {
    Config.Delivery def = Config.Delivery.DEFAULT;
    return new Config.Delivery(
        section.get("catch-up", Units.size("1MiB", "16GiB"), def.catchUpBytes()),
        section.bytes("page", Units.size("1KiB", "1MiB"), def.pageBytes()),
        section.get("page-events", Kind.count(1, 10_000), def.pageEvents()),
        section.get("pages-per-turn", Kind.count(1, 1_000), def.pagesPerTurn()),
        section.get("recent", Units.size("64KiB", "1GiB"), def.recentBytes()),
        section.get("recent-age", Units.duration("100ms", "1m"), def.recentAge()),
        section.bytes("poll-answer", Units.size("4KiB", "64MiB"), def.pollAnswerBytes()));
  }

  private static Config.WebSocket webSocket(Section section) {
    Config.WebSocket def = Config.WebSocket.DEFAULT;
    Config.WebSocket webSocket =
        new Config.WebSocket(
            section.bytes("max-message", Units.size("1KiB", "16MiB"), def.maxMessageBytes()),
            section.get("max-message-rate", Kind.count(1, 100_000), def.maxMessageRate()),
            section.get("pong-timeout", Units.duration("1s", "5m"), def.pongTimeout()));
    section.end();
    return webSocket;
  }
}
