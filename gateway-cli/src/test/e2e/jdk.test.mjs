import { test } from 'node:test';
import { startGateway } from './bed/gateway.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { jdkWebSocket } from './clients/jdk.mjs';

test('java.net.http WebSocket', async (t) => {
  const gateway = await startGateway(t);
  await t.test('jdk websocket', (t) => readWhileCut(t, gateway, jdkWebSocket));
});
