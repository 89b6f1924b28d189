import { test } from 'node:test';
import { packageFor } from './bed/capability.mjs';
import { startGateway } from './bed/gateway.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { bySse, byWebSocket, several } from './clients/several.mjs';

test('two channels on one connection', async (t) => {
  const eventsource = await packageFor(t, 'eventsource4');
  const ws = eventsource && (await packageFor(t, 'ws'));
  if (!ws) {
    return;
  }
  const gateway = await startGateway(t);
  await t.test('eventsource 4, two channels', (t) =>
    readWhileCut(t, gateway, several(gateway, 'more-1', bySse(eventsource.EventSource))));
  await t.test('ws, two channels', (t) =>
    readWhileCut(t, gateway, several(gateway, 'more-2', byWebSocket(ws.WebSocket))));
});
