import { test } from 'node:test';
import { packageFor } from './bed/capability.mjs';
import { startGateway } from './bed/gateway.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { eventSource } from './clients/eventsource.mjs';

test('npm eventsource', async (t) => {
  const gateway = await startGateway(t);
  for (const version of [3, 4]) {
    await t.test(`eventsource ${version}`, async (t) => {
      const found = await packageFor(t, `eventsource${version}`);
      if (found) {
        await readWhileCut(t, gateway, eventSource(found.EventSource));
      }
    });
  }
});
