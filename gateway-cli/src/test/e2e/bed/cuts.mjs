// Where a connection is cut. A deck holds each kind of moment often enough that none depends on luck; only the
// order, and what the moment leaves open, is drawn.

import { NODES } from './nodes.mjs';

/** Over several nodes a fifth: the kinds of moments are the same, and each still comes more than once. */
function dealt(kinds) {
  const part = NODES > 1 ? 5 : 1;
  return Object.fromEntries(Object.entries(kinds).map(([kind, count]) => [kind, Math.ceil(count / part)]));
}

/**
 * - `unanswered`: the request is through, nothing of the answer is
 * - `head`: after the answer's head and before its first byte of body
 * - `opening`: after the opening block or frame and before the first event (a poll: inside its body)
 * - `bytes`: after some bytes of the body, mostly inside an event
 * - `time`: after some milliseconds of streaming
 */
export const STREAM = dealt({ unanswered: 6, head: 10, opening: 10, bytes: 12, time: 12 });
/**
 * What a relay can tell of bytes that it cannot read:
 * - `handshake`: while the gateway shakes hands
 * - `records`: some bytes after that, mostly inside a record
 */
export const SEALED = dealt({ handshake: 7, records: 10, time: 8 });

/** More than a gateway sends until hands are shaken the short way, and less than it sends then the long way. */
const HANDSHAKE_BYTES = 240;
const SHAKEN_BYTES = 1200;

export const POLL = dealt({ unanswered: 12, head: 12, opening: 13, bytes: 13 });

/** The cuts of one test, in the order in which they are dealt. */
export function deck(random, kinds) {
  const cards = [];
  for (const [kind, count] of Object.entries(kinds)) {
    for (let i = 0; i < count; i++) {
      cards.push({
        kind,
        how: random.pick(['reset', 'end']),
        afterBytes: random.between(1, 1500),
        afterMs: random.between(1, 250),
        // How long the gateway believes that the client is still there: the client is back before the gateway knows.
        lingerMs: random.pick([0, 0, random.between(1, 400)]),
      });
    }
  }
  return random.shuffled(cards);
}

/**
 * How many of `bytes`, the answer so far, may pass before the cut: a number once the moment has come, else -1.
 */
export function cutAt(card, bytes) {
  const body = bytes.indexOf('\r\n\r\n') + 4;
  if (card.kind === 'unanswered') {
    return 0;
  }
  if (card.kind === 'handshake' || card.kind === 'records') {
    const end = card.kind === 'records' ? SHAKEN_BYTES + card.afterBytes : card.afterBytes % HANDSHAKE_BYTES;
    return bytes.length > end ? end : -1;
  }
  if (body < 4) {
    return -1;
  }
  switch (card.kind) {
    case 'head':
      return body;
    case 'opening':
      return openingEnd(bytes, body);
    case 'bytes':
      return bytes.length > body + card.afterBytes ? unsplit(card, bytes, body + card.afterBytes) : -1;
    default:
      return -1;
  }
}

/** With `card.wholeEnds` not between the two line feeds that end a block. */
function unsplit(card, bytes, end) {
  return card.wholeEnds && bytes[end - 1] === 10 && bytes[end] === 10 ? end + 1 : end;
}

function openingEnd(bytes, body) {
  const head = bytes.toString('latin1', 0, body).toLowerCase();
  if (head.includes('text/event-stream')) {
    const blank = bytes.indexOf('\n\n', body);
    return blank < 0 ? -1 : blank + 2;
  }
  if (head.startsWith('http/1.1 101')) {
    return frameEnd(bytes, body);
  }
  return bytes.length > body + 12 ? body + 12 : -1;
}

/** RFC 6455 §5.2, unmasked as a server sends. */
function frameEnd(bytes, start) {
  if (bytes.length < start + 4) {
    return -1;
  }
  const short = bytes[start + 1] & 0x7f;
  const end = short < 126 ? start + 2 + short : start + 4 + bytes.readUInt16BE(start + 2);
  return bytes.length >= end ? end : -1;
}
