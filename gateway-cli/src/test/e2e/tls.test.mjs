import { test } from 'node:test';
import { packageFor } from './bed/capability.mjs';
import { certificateFor } from './bed/certificate.mjs';
import { startChromium } from './bed/chromium.mjs';
import { startGateway } from './bed/gateway.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { inBrowser } from './clients/browser.mjs';
import { curlSse } from './clients/curl.mjs';
import { eventSource } from './clients/eventsource.mjs';
import { webSocket } from './clients/ws.mjs';

test('over TLS', async (t) => {
  const certificate = certificateFor(t);
  if (!certificate) {
    return;
  }
  const gateway = await startGateway(t, { certificate });
  await t.test('curl reads an event stream over TLS', (t) => readWhileCut(t, gateway, curlSse));
  await t.test('eventsource 4 over TLS', async (t) => {
    const found = await packageFor(t, 'eventsource4');
    if (found) {
      await readWhileCut(t, gateway, eventSource(found.EventSource));
    }
  });
  await t.test('ws over TLS', async (t) => {
    const found = await packageFor(t, 'ws');
    if (found) {
      await readWhileCut(t, gateway, webSocket(found.WebSocket, 'sluice.v1.json'));
    }
  });
  await t.test('Chromium over TLS', async (t) => {
    const chromium = await startChromium(t, { certificate });
    if (!chromium) {
      return;
    }
    await t.test('native EventSource over TLS', (t) => readWhileCut(t, gateway, inBrowser(chromium, 'eventSource')));
    await t.test('native WebSocket over TLS', (t) =>
      readWhileCut(t, gateway, inBrowser(chromium, 'webSocket', { scheme: 'ws', protocol: 'sluice.v1.json' })));
  });
});
