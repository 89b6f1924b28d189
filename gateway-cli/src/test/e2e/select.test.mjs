import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';
import { packageFor } from './bed/capability.mjs';
import { startChromium } from './bed/chromium.mjs';
import { startGateway } from './bed/gateway.mjs';
import { startRelay } from './bed/relay.mjs';
import { until } from './bed/wait.mjs';

const run = promisify(execFile);
const OUTSIDE = '/events/own?format=json&channel=outside';

/** Longer than any client here waits before it comes back: Chromium waits 3 s unless told otherwise. */
const WATCHED_MS = 3500;

test('a channel outside select is 403 on every transport', async (t) => {
  const gateway = await startGateway(t);
  const curl = async (...args) => (await run('curl', ['-s', '-o', '-', '-w', '\n%{http_code}', '--max-time', '60', ...args])).stdout;

  for (const [name, header] of [['poll', 'X-None: 0'], ['long-poll', 'Prefer: wait=2'], ['sse', 'Accept: text/event-stream']]) {
    await t.test(`curl: ${name}`, async () => {
      const [body, status] = (await curl('-H', header, `http://${gateway.origin}${OUTSIDE}`)).split('\n');
      assert.equal(status, '403', body);
      assert.equal(JSON.parse(body).slug, 'forbidden');
    });
  }

  await t.test('a channel inside select is read', async () => {
    const answer = await curl(`http://${gateway.origin}/events/own?format=json&channel=more-1`);
    assert.match(answer, /\n200$/);
  });

  for (const version of [3, 4]) {
    await t.test(`eventsource ${version} stops for good`, async (t) => {
      const found = await packageFor(t, `eventsource${version}`);
      if (!found) {
        return;
      }
      const source = new found.EventSource(`http://${gateway.origin}${OUTSIDE}`);
      t.after(() => source.close());
      const [error] = await once(source, 'error', { signal: AbortSignal.timeout(30_000) });
      assert.equal(error.code, 403);
      assert.equal(source.readyState, found.EventSource.CLOSED);
    });
  }

  for (const protocol of ['sluice.v1.json', undefined]) {
    await t.test(`ws: ${protocol ?? 'plain'}`, async (t) => {
      const found = await packageFor(t, 'ws');
      if (!found) {
        return;
      }
      const socket = new found.WebSocket(`ws://${gateway.origin}${OUTSIDE}`, protocol);
      socket.on('error', () => {});
      const [, response] = await once(socket, 'unexpected-response', { signal: AbortSignal.timeout(30_000) });
      assert.equal(response.statusCode, 403);
      response.destroy();
    });
  }

  await t.test('ws: a subscribe frame', async (t) => {
    const found = await packageFor(t, 'ws');
    if (!found) {
      return;
    }
    const socket = new found.WebSocket(`ws://${gateway.origin}/events/own`, 'sluice.v1.json');
    t.after(() => socket.terminate());
    const answers = [];
    socket.on('message', (text) => answers.push(JSON.parse(text)));
    await once(socket, 'open', { signal: AbortSignal.timeout(30_000) });
    socket.send(JSON.stringify({ op: 'subscribe', channel: 'outside', ref: 'r1' }));
    await until('an answer', () => answers.length >= 2, { state: () => JSON.stringify(answers) });
    const { detail, ...error } = answers[1];
    assert.deepEqual(error, { op: 'error', error: 'forbidden', channel: 'outside', ref: 'r1' }, detail);
  });

  await t.test('Chromium: EventSource is CLOSED and does not come back', async (t) => {
    const { tab, relay } = await inChromium(t, gateway, 'eventSource', 'http');
    if (!tab) {
      return;
    }
    await until('EventSource to close', async () => (await tab.state()) === 2);
    const before = relay.requests;
    await delay(WATCHED_MS);
    assert.equal(await tab.state(), 2);
    assert.equal(relay.requests, before);
  });

  await t.test('Chromium: WebSocket is refused', async (t) => {
    const { tab } = await inChromium(t, gateway, 'webSocket', 'ws');
    if (!tab) {
      return;
    }
    const happened = [];
    tab.follow((happening) => happened.push(happening));
    await until('the close', () => happened.some(({ code }) => code === 1006), {
      state: () => JSON.stringify(happened),
    });
  });
});

async function inChromium(t, gateway, client, scheme) {
  const chromium = await startChromium(t);
  if (!chromium) {
    return {};
  }
  const relay = await startRelay({ port: () => gateway.port });
  t.after(() => relay.close());
  const tab = await chromium.open(client, { url: `${scheme}://${relay.origin}${OUTSIDE}` });
  t.after(() => tab.stop());
  return { relay, tab };
}
