import { test } from 'node:test';
import { startGateway } from './bed/gateway.mjs';
import { POLL } from './bed/cuts.mjs';
import { readWhileCut } from './bed/reading.mjs';
import { curlPoll, curlSse } from './clients/curl.mjs';

test('curl', async (t) => {
  const gateway = await startGateway(t);
  await t.test('curl reads an event stream', (t) => readWhileCut(t, gateway, curlSse));
  await t.test('curl long-polls', (t) => readWhileCut(t, gateway, curlPoll({ wait: 5 }), { kinds: POLL }));
  await t.test('curl polls', (t) => readWhileCut(t, gateway, curlPoll({}), { kinds: POLL }));
});
