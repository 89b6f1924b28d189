import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { packageFor } from './bed/capability.mjs';
import { Checker } from './bed/checker.mjs';
import { startChromium } from './bed/chromium.mjs';
import { startGateway } from './bed/gateway.mjs';
import { Publisher } from './bed/publisher.mjs';
import { until } from './bed/wait.mjs';
import { inBrowser } from './clients/browser.mjs';
import { curlPoll } from './clients/curl.mjs';
import { eventSource } from './clients/eventsource.mjs';
import { webSocket } from './clients/ws.mjs';

const HOST = '127.0.12.1';

test('a restart under an open page', async (t) => {
  const chromium = await startChromium(t);
  if (!chromium) {
    return;
  }
  const native = inBrowser(chromium, 'eventSource');
  await t.test('with a state file EventSource comes back without a gap', (t) => restart(t, native, { state: true }));
  await t.test('without one it is told exactly one gap: epoch', (t) => restart(t, native, { gaps: ['epoch'] }));
  await t.test('a crash is told as one gap: epoch, state file or not', (t) =>
    restart(t, native, { state: true, crash: true, gaps: ['epoch'] }));
});

test('restarts with a state file under load lose and repeat nothing', async (t) => {
  const eventsource = await packageFor(t, 'eventsource4');
  const ws = eventsource && (await packageFor(t, 'ws'));
  if (!ws) {
    return;
  }
  const gateway = await startGateway(t, { state: true, host: HOST });
  const channel = 'under-load';
  const since = await gateway.head(channel);
  const place = { origin: gateway.origin, path: `/events/${channel}`, since };
  const readers = {
    'eventsource 4': eventSource(eventsource.EventSource),
    ws: webSocket(ws.WebSocket, 'sluice.v1.json'),
    'long poll': curlPoll({ wait: 5 }),
  };
  const checkers = Object.entries(readers).map(([name, connect]) => {
    const checker = new Checker();
    const client = connect({ ...place, checker });
    t.after(() => client.stop());
    return [name, checker];
  });
  const publisher = new Publisher(gateway, channel);
  publisher.start({ everyMs: 5, patienceMs: 60_000 });
  for (let i = 0; i < 3; i++) {
    await delay(700);
    assert.equal(await gateway.stop(), 0, `the exit code; ${gateway.log}`);
    await gateway.start();
  }
  await delay(700);
  const count = await publisher.stop();
  t.diagnostic(`${count} events`);
  for (const [name, checker] of checkers) {
    await until(`the last event by ${name}`, () => checker.failed || checker.last === count, {
      state: () => `${checker.last} of ${count}; ${gateway.log}`,
    });
    checker.verify(count);
  }
});

/** Stops the gateway under a page that has read, starts it again on the same port, and publishes as much again. */
async function restart(t, connect, { state = false, crash = false, gaps = [] }) {
  const gateway = await startGateway(t, { state, host: HOST });
  const channel = 'across-a-restart';
  const checker = new Checker({ gaps });
  const publisher = new Publisher(gateway, channel);
  const seen = (count) =>
    until(`event ${count}`, () => checker.failed || checker.last === count, {
      state: () => `last event ${checker.last}; ${gateway.log}`,
    });
  const since = await gateway.head(channel);
  const tab = await connect({ origin: gateway.origin, path: `/events/${channel}`, since, checker });
  t.after(() => tab.stop());
  await publisher.publish(20);
  await seen(20);

  if (crash) {
    await gateway.crash();
  } else {
    assert.equal(await gateway.stop(), 0, `the exit code; ${gateway.log}`);
  }
  await gateway.start();
  await publisher.publish(20);
  await seen(40);
  await delay(1000); // a second gap would come at once
  checker.verify(40);
}
