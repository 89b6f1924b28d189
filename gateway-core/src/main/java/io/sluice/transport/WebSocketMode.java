package io.sluice.transport;

import io.sluice.channel.hub.WireFormat;

/** What a WebSocket client gets. */
enum WebSocketMode {
  /** No subprotocol: the data of each event. */
  PLAIN(WebSocketFormat.PLAIN),
  /** No subprotocol, {@code ?format=json}: the JSON form of events and gaps. */
  PLAIN_JSON(WebSocketFormat.JSON),
  /** {@code sluice.v1.json}: the JSON form, and a conversation. */
  PROTOCOL(WebSocketFormat.JSON);

  private final WebSocketFormat format;

  WebSocketMode(WebSocketFormat format) {
    this.format = format;
  }

  WireFormat format() {
    return format;
  }
}
