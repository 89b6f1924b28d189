import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageFor } from './bed/capability.mjs';
import { PACKED, startGateway } from './bed/gateway.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { webSocket } from './clients/ws.mjs';

test('npm ws', async (t) => {
  const found = await packageFor(t, 'ws');
  if (!found) {
    return;
  }
  const gateway = await startGateway(t, { routes: PACKED });
  const compressed = () => gateway.metric('sluice_events_compressed_total');
  const before = await compressed();
  await t.test('ws with sluice.v1.json', (t) => readWhileCut(t, gateway, webSocket(found.WebSocket, 'sluice.v1.json')));
  await t.test('ws plain with format json', (t) => readWhileCut(t, gateway, webSocket(found.WebSocket)));
  assert.equal(await compressed(), before);
  for (const protocol of ['sluice.v1.json', undefined]) {
    await t.test(`ws with permessage-deflate, ${protocol ?? 'plain'}`, (t) =>
      readWhileCut(t, gateway, webSocket(found.WebSocket, protocol, 'permessage-deflate'), { base: '/packed/' }));
  }
  assert.ok((await compressed()) > before + 20);
});
