package io.sluice.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is said of every key beside its kind: whether a running gateway can take a change over, and
 * why one would change it. A test compares it with the reader and with {@code
 * docs/configuration.md}.
 */
final class Keys {

  /**
   * One row.
   *
   * @param restart whether a change needs a restart; otherwise a reload takes it over
   * @param why one would change it, in Markdown
   */
  record Row(boolean restart, String why) {}

  /** {@code path | reload or restart | why}. The keys of {@code defaults} are those of routes. */
  private static final String TABLE =
      """
      listen.public | restart | where browsers and devices connect
      listen.publish | restart | apps on other machines publish: listen on a private address, with `publish.keys`
      listen.admin | restart | a monitoring system on another machine reads metrics; the listener has no access control, keep it private
      tls.public.certificate | restart | browsers and devices connect by `https` and `wss` (TLS 1.3 and 1.2): a PEM file, the listener's own certificate first, then those between it and the root
      tls.public.key | restart | the private key of the certificate: a PEM file in PKCS #8 without a password
      tls.publish.certificate | restart | apps publish by `https`
      tls.publish.key | restart | the private key of the certificate
      tls.admin.certificate | restart | operators connect by `https`
      tls.admin.key | restart | the private key of the certificate
      state | restart | keep histories over an orderly restart, so that clients resume without a gap; relative to the folder in which Sluice is started
      drain | reload | longer: a stop spreads the goodbyes of many clients over more time; it should be shorter than what the service manager allows
      event-loops | restart | threads that serve connections; 0 is one per core. Less when other programs share the machine
      publish.keys[].name | reload | tells keys apart in logs; unique
      publish.keys[].key | reload | what an app sends as `Authorization: Bearer KEY`; unique. Keep it in a file of its own: `"${file:orders.key}"`
      publish.keys[].channels | reload | let an app publish to its own channels only
      publish.open | reload | start without keys although `listen.publish` is not on loopback, because the network keeps strangers out
      publish.max-body | reload | larger batches in one request. NDJSON streams are not bounded by it, their lines are by `max-event`
      publish.max-event | reload | larger events; an event above a history's `bytes` is delivered to those who listen but cannot be kept
      publish.max-items | reload | larger arrays; each channel of an item counts
      publish.max-depth | reload | JSON with more arrays and objects inside each other
      publish.max-answer | reload | more of a history in one answer of `GET /channels/{channel}/events`; the rest is read with its `next`
      publish.body-timeout | reload | apps that send large bodies over slow networks; an NDJSON stream may be silent for so long, and an empty line keeps it open
      publish.body-memory | restart | many large bodies at once; beyond it publishes are sent away as `overloaded`. At least `max-body`
      publish.publish-ids.keep | restart | apps that retry for longer than this would publish twice
      publish.publish-ids.max | restart | more publishes with an id within `keep`; beyond it they are answered 503
      channels.remember | restart | how long after its last use a channel's identity is kept: a client that is away longer is told a gap
      channels.history-memory | restart | all events of all channels together; beyond it the oldest go. Keep it well below the Java heap
      channels.identity-memory | restart | many channels; beyond it the least needed identities go
      channels.floor.bytes | restart | what a log keeps of events that have just left its history, for readers that were there already: more lets clients that lag behind a busy channel miss nothing
      channels.floor.age | restart | how long after it was published an event stays there at most
      limits.connections | restart | what the machine's memory and file limit allow; beyond it clients are sent away as `overloaded`
      limits.catch-up | restart | pages on their way to readers that are behind; more lets many catch up at once
      limits.turned-away | restart | clients at once that are told in full why they are sent away (WebSocket: accepted and closed with the reason); beyond it they are answered as cheaply as can be
      limits.page | restart | what one read for a reader that is behind carries, and what a stopped client holds; more is faster for those who catch up, and takes more of `catch-up`
      limits.page-events | restart | the same in events
      limits.pages-per-turn | restart | pages that an event loop serves before the network and live readers have their turn
      limits.recent | restart | encoded batches that each event loop keeps at hand, so that readers slightly behind share them
      limits.recent-age | restart | how long it keeps them
      limits.poll-answer | restart | the answer of a poll takes no further event when it has so much; the next poll goes on
      limits.request-line | restart | longer URLs, e.g. with many cursors; beyond it 414
      limits.header | restart | larger cookies and tokens; beyond it 431
      limits.sockets | restart | open TCP connections of all listeners, streams included; beyond it they are closed as they come, but for some of the listener `admin`
      limits.header-timeout | restart | longer for clients on very bad networks; what a client may take to send the head of a request, from the accept or from its first byte
      limits.header-count | restart | more headers in a request; beyond it 431
      limits.idle | restart | how long a connection is kept for its next request; longer than what a proxy in front keeps them saves it from races
      limits.stalled | restart | how long a socket may take nothing of a stream or an answer before it is cut; longer for clients on very bad networks
      websocket.max-message | restart | larger messages from clients, fragments together
      websocket.max-message-rate | restart | messages a second and client; beyond it the gateway reads no faster
      websocket.pong-timeout | restart | how soon after a heartbeat a vanished client is noticed
      cluster.members | restart | all nodes of one cluster, this one too; the same list on every node
      cluster.dns | restart | nodes that come and go under one name, such as a headless service: every address of it is a node, at the port of `bind`. `size` and `bind` are then needed
      cluster.size | restart | how many nodes the cluster has when it is whole: publishing goes on where more than half of them see each other. As many as `members` names unless given
      cluster.bind | restart | this node's address and port for the others; unless given it is the one of `members` that is an address of this machine
      cluster.secret | restart | keeps strangers out: the same on all nodes of one cluster, and on no others. Keep it in a file of its own: `"${file:cluster.key}"`
      cluster.allow-public | restart | bind an address that the whole internet may reach, because something else keeps strangers out: nodes talk in clear
      cluster.backups | restart | copies of every channel beside the owner's, at most `size` - 1: how many nodes may end at the same moment without a gap. Each costs memory, and a message for each publish
      cluster.heartbeat-limit | restart | how long a node may be silent until the others take it for gone and go on without it; shorter goes on sooner, but a long pause of a node makes it leave
      cluster.linger | restart | how long a node goes on following a channel after its last reader has left; longer spares a message when readers come and go
      routes[].match.path | reload | which requests the route takes; see below
      routes[].push.channel | reload | the channel that the path names: `"room-{room}"`
      routes[].push.select | reload | let clients name further channels by `?channel=` or `subscribe`, as far as a pattern matches; `"*"` for any
      routes[].push.transports | reload | offer fewer; a request for another is 406
      routes[].push.origins | reload | whose pages may subscribe: this site only, a list of sites, or any (never with credentials)
      routes[].push.heartbeat | reload | shorter than the idle time-out of every proxy and network on the way; longer saves the batteries of phones
      routes[].push.retry.min | reload | how soon after a cut the first `EventSource` clients return
      routes[].push.retry.max | reload | a longer range spreads the return of many
      routes[].push.poll.max-wait | reload | how long a long poll is held at most, give or take a tenth; with that, shorter than the time-outs on the way
      routes[].push.poll.linger | reload | how long a long poll gathers further events after the first: more latency, fewer requests
      routes[].push.poll.limit | reload | events in one answer
      routes[].push.history.count | reload | events that a channel keeps for those who come back
      routes[].push.history.bytes | reload | size of a channel's events together
      routes[].push.history.age | reload | how long clients may be away and still miss nothing
      routes[].push.compression | reload | fewer bytes for WebSocket clients that offer `permessage-deflate`; not where an event has a secret beside what others write
      routes[].upstream.url | reload | the app behind this route
      routes[].upstream.targets | reload | several copies of one app: requests are spread over those that answer
      routes[].upstream.path | reload | the app knows other paths: `/v1/{**}` below the route `/api/**`
      routes[].upstream.host | reload | `keep` passes the client's `Host` on; `target` says the target's; a name says that one
      routes[].upstream.connect-timeout | reload | how long a target may take to accept a connection; then the next one is tried, or 504
      routes[].upstream.first-byte-timeout | reload | how long the app may think about an answer; then 504
      routes[].upstream.idle-timeout | reload | how long a body or a tunnel may stand still in both directions before it is cut; longer than the heartbeats of the app's own streams
      routes[].upstream.pool.connections | reload | connections to each target of each event loop; less protects an app that serves few at once
      routes[].upstream.pool.waiting | reload | requests that wait for one of them; beyond it 503 `overloaded`
      routes[].upstream.pool.keep-alive | reload | how long an idle connection is kept; shorter than the app keeps it (5 s in Node.js), so that no request meets its close
      routes[].upstream.health.failures | reload | failures of a target in a row until it is left out; 0 for never
      routes[].upstream.health.leave-out | reload | for how long it then gets no requests, if another target can
      routes[].upstream.health.retries | reload | further tries of a request that may be repeated (RFC 9110 §9.2.2), on another target if there is one
      routes[].upstream.request-headers.remove | reload | keep a header from the app, also what the gateway says itself: `Forwarded`, `X-Forwarded-*` by name (not `Via`, RFC 9110 §7.6.3)
      routes[].upstream.request-headers.add | reload | tell the app something; `remove` the same name to replace the client's, or the gateway's
      routes[].upstream.response-headers.remove | reload | keep a header of the app from clients, such as `Server`
      routes[].upstream.response-headers.add | reload | say something to clients, such as `Strict-Transport-Security`
      """;

  private static final Map<String, Row> ROWS = rows();

  private Keys() {}

  /**
   * The row of a key.
   *
   * @param path with {@code []} for an item of a list
   * @return null if the table lacks it
   */
  static @Nullable Row row(String path) {
    return ROWS.get(asInRoute(path));
  }

  /** All paths of the table. */
  static Iterable<String> paths() {
    return ROWS.keySet();
  }

  /** The key of a route that a key of {@code defaults} stands for; others as they are. */
  static String asInRoute(String path) {
    if (!path.startsWith("defaults.")) {
      return path;
    }
    String key = path.substring("defaults.".length());
    return key.startsWith("upstream.") ? "routes[]." + key : "routes[].push." + key;
  }

  private static Map<String, Row> rows() {
    Map<String, Row> rows = new LinkedHashMap<>();
    TABLE
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              String[] cells = line.strip().split(" \\| ", 3);
              rows.put(cells[0], new Row(cells[1].equals("restart"), cells[2]));
            });
    return rows;
  }
}
