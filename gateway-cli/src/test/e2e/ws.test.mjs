import { test } from 'node:test';
import { packageFor } from './bed/capability.mjs';
import { startGateway } from './bed/gateway.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { webSocket } from './clients/ws.mjs';

test('npm ws', async (t) => {
  const found = await packageFor(t, 'ws');
  if (!found) {
    return;
  }
  const gateway = await startGateway(t);
  await t.test('ws with sluice.v1.json', (t) => readWhileCut(t, gateway, webSocket(found.WebSocket, 'sluice.v1.json')));
  await t.test('ws plain with format json', (t) => readWhileCut(t, gateway, webSocket(found.WebSocket)));
});
