package io.sluice.transport;

import io.sluice.channel.hub.WireFormat;

/** What a WebSocket client gets. */
enum WebSocketMode {
  /** No subprotocol: the data of each event. */
  PLAIN(false, false, false),
  /** No subprotocol, {@code ?format=json}: the JSON form of events and gaps. */
  PLAIN_JSON(false, true, false),
  /** {@code sluice.v1.json}: the JSON form, and a conversation. */
  PROTOCOL(true, true, false),
  /** {@link #PLAIN}, with {@code permessage-deflate}. */
  PLAIN_DEFLATED(false, false, true),
  /** {@link #PLAIN_JSON}, with {@code permessage-deflate}. */
  PLAIN_JSON_DEFLATED(false, true, true),
  /** {@link #PROTOCOL}, with {@code permessage-deflate}. */
  PROTOCOL_DEFLATED(true, true, true);

  private final boolean protocol;
  private final boolean json;
  private final boolean deflated;

  WebSocketMode(boolean protocol, boolean json, boolean deflated) {
    this.protocol = protocol;
    this.json = json;
    this.deflated = deflated;
  }

  /** With our subprotocol, which has the JSON form whether asked for or not. */
  static WebSocketMode of(boolean protocol, boolean json, boolean deflated) {
    if (protocol) {
      return deflated ? PROTOCOL_DEFLATED : PROTOCOL;
    }
    if (json) {
      return deflated ? PLAIN_JSON_DEFLATED : PLAIN_JSON;
    }
    return deflated ? PLAIN_DEFLATED : PLAIN;
  }

  /** Whether the client speaks {@code sluice.v1.json}. */
  boolean isProtocol() {
    return protocol;
  }

  /** Whether events and gaps come in the JSON form. */
  boolean isJson() {
    return json;
  }

  /** Whether messages may be compressed. */
  boolean isDeflated() {
    return deflated;
  }

  /** The format of events, on a loop. */
  WireFormat format(TransportLoop loop) {
    if (deflated) {
      return loop.deflation().format(json);
    }
    return json ? WebSocketFormat.JSON : WebSocketFormat.PLAIN;
  }
}
