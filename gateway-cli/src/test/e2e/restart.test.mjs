import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { Checker } from './bed/checker.mjs';
import { startChromium } from './bed/chromium.mjs';
import { startGateway } from './bed/gateway.mjs';
import { Publisher } from './bed/publisher.mjs';
import { until } from './bed/wait.mjs';
import { inBrowser } from './clients/browser.mjs';

test('a restart under an open page', async (t) => {
  const chromium = await startChromium(t);
  if (!chromium) {
    return;
  }
  const native = inBrowser(chromium, 'eventSource');
  await t.test('with a state file EventSource comes back without a gap', (t) => restart(t, native, { state: true }));
  await t.test('without one it is told exactly one gap: epoch', (t) => restart(t, native, { gaps: ['epoch'] }));
});

/** Stops the gateway under a page that reads, starts it again on the same port, twice as many events later. */
async function restart(t, connect, { state = false, gaps = [] }) {
  const gateway = await startGateway(t, { state });
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

  assert.equal(await gateway.stop(), 0, `the exit code; ${gateway.log}`);
  await gateway.start();
  await publisher.publish(20);
  await seen(40);
  await delay(1000); // a second gap would come at once
  checker.verify(40);
}
