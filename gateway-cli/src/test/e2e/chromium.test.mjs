import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChromium } from './bed/chromium.mjs';
import { PACKED, startGateway } from './bed/gateway.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { inBrowser } from './clients/browser.mjs';

test('Chromium', async (t) => {
  const chromium = await startChromium(t);
  if (!chromium) {
    return;
  }
  const gateway = await startGateway(t, { routes: PACKED });
  const before = await gateway.metric('sluice_events_compressed_total');
  await t.test('native EventSource', (t) => readWhileCut(t, gateway, inBrowser(chromium, 'eventSource')));
  await t.test('native WebSocket', (t) =>
    readWhileCut(t, gateway, inBrowser(chromium, 'webSocket', { scheme: 'ws', protocol: 'sluice.v1.json', extension: '' })));
  await t.test('native WebSocket with permessage-deflate', (t) =>
    readWhileCut(t, gateway, inBrowser(chromium, 'webSocket', { scheme: 'ws', protocol: 'sluice.v1.json', extension: 'permessage-deflate' }), {
      base: '/packed/',
    }));
  assert.ok((await gateway.metric('sluice_events_compressed_total')) > before + 20);
  // It takes an id before the event is complete: cut between the two line feeds that end one, it loses it (ADR 4).
  await t.test('fetch-event-source', (t) =>
    readWhileCut(t, gateway, inBrowser(chromium, 'fetchSource'), { wholeEnds: true }));
});
