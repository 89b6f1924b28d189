// The bed's own test: cuts come where their cards say, and nothing else is touched.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { STREAM, cutAt, deck } from './bed/cuts.mjs';
import { randomFor } from './bed/random.mjs';
import { startRelay } from './bed/relay.mjs';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
const OPENING = 'retry: 50\nevent: sluice.open\nid: 0\ndata: {}\n\n';
const EVENT = 'id: 1\ndata: 1\n\n';

test('cuts after the head and before the first byte of the body', async (t) => {
  const { answer, cuts } = await ask(t, { kind: 'head' });
  assert.equal(answer, HEAD);
  assert.deepEqual(cuts.map(({ kind, exact }) => [kind, exact]), [['head', true]]);
});

test('cuts after the opening block and before the first event', async (t) => {
  const { answer } = await ask(t, { kind: 'opening' });
  assert.equal(answer, HEAD + OPENING);
});

test('cuts inside an event', async (t) => {
  const { answer } = await ask(t, { kind: 'bytes', afterBytes: OPENING.length + 4 });
  assert.equal(answer, `${HEAD}${OPENING}id: `);
});

test('leaves the end of an event whole where it is asked to', async (t) => {
  const afterBytes = OPENING.length - 1;
  assert.equal((await ask(t, { kind: 'bytes', afterBytes })).answer, HEAD + OPENING.slice(0, -1));
  assert.equal((await ask(t, { kind: 'bytes', afterBytes, wholeEnds: true })).answer, HEAD + OPENING);
});

test('cuts before the answer', async (t) => {
  const { answer } = await ask(t, { kind: 'unanswered' });
  assert.equal(answer, '');
});

test('ends a connection or resets it', async (t) => {
  assert.equal((await ask(t, { kind: 'head', how: 'end' })).how, 'end');
  assert.equal((await ask(t, { kind: 'head', how: 'reset' })).how, 'ECONNRESET');
});

test('lets everything through when its cards are played', async (t) => {
  const { answer, cuts } = await ask(t, undefined);
  assert.equal(answer, HEAD + OPENING + EVENT);
  assert.equal(cuts.length, 0);
});

test('finds the end of a first WebSocket frame, short or long', () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';
  const short = Buffer.concat([Buffer.from(head), Buffer.from([0x81, 5]), Buffer.from('hello and more')]);
  assert.equal(cutAt({ kind: 'opening' }, short), head.length + 7);
  const long = Buffer.concat([Buffer.from(head), Buffer.from([0x81, 126, 0, 200]), Buffer.alloc(300)]);
  assert.equal(cutAt({ kind: 'opening' }, long), head.length + 204);
});

test('cuts what it cannot read by the number of bytes, once for a connection', async (t) => {
  const sealed = { kind: 'handshake', how: 'end', lingerMs: 0, afterBytes: 5, afterMs: 0 };
  const { answer, cuts } = await ask(t, sealed, { sealed: true, says: '\x16\x03\x01' });
  assert.equal(answer, HEAD.slice(0, 5));
  assert.deepEqual(cuts.map(({ request, exact }) => [request, exact]), [['?', true]]);
  assert.equal(cutAt({ kind: 'records', afterBytes: 7 }, Buffer.alloc(1207)), -1);
  assert.equal(cutAt({ kind: 'records', afterBytes: 7 }, Buffer.alloc(1208)), 1207);
});

test('deals the same cards for the same seed and purpose', () => {
  assert.deepEqual(deck(randomFor('a test'), STREAM), deck(randomFor('a test'), STREAM));
  assert.notDeepEqual(deck(randomFor('a test'), STREAM), deck(randomFor('another'), STREAM));
  assert.equal(deck(randomFor('a test'), STREAM).length, 50);
});

/** What a client gets through a relay with this card from a server that writes the three parts. */
async function ask(t, card, { sealed = false, says = 'GET / HTTP/1.1\r\n\r\n' } = {}) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(HEAD + OPENING + EVENT));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cards = card === undefined ? [] : [{ how: 'end', lingerMs: 0, afterBytes: 0, afterMs: 0, ...card }];
  const relay = await startRelay({ port: () => server.address().port, cards, sealed });
  t.after(async () => {
    await relay.close();
    await new Promise((resolve) => server.close(resolve));
  });
  const answer = await new Promise((resolve) => {
    let text = '';
    let how = 'end';
    const socket = net.connect(relay.port, '127.0.0.1', () => socket.write(says));
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', (error) => (how = error.code));
    socket.on('close', () => resolve({ answer: text, how }));
  });
  return { ...answer, cuts: relay.cuts };
}
