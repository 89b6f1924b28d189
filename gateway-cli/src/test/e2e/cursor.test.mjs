import { test } from 'node:test';
import assert from 'node:assert/strict';
import { packageFor } from './bed/capability.mjs';
import { Checker } from './bed/checker.mjs';
import { startGateway } from './bed/gateway.mjs';
import { Publisher } from './bed/publisher.mjs';
import { randomFor, seed } from './bed/random.mjs';
import { STEPS } from './clients/steps.mjs';

test('one cursor goes through all four transports', { timeout: 300_000 }, async (t) => {
  const eventsource = await packageFor(t, 'eventsource4');
  const ws = eventsource && (await packageFor(t, 'ws'));
  if (!ws) {
    return;
  }
  const gateway = await startGateway(t);
  const channel = 'handed-around';
  const place = {
    get origin() {
      return gateway.origin;
    },
    path: `/events/${channel}`,
    since: await gateway.head(channel),
    EventSource: eventsource.EventSource,
    WebSocket: ws.WebSocket,
  };
  const publisher = new Publisher(gateway, channel);
  const checker = new Checker();
  const random = randomFor(t.name);
  t.diagnostic(`seed ${seed}`);
  // Each transport after each other one, and after itself.
  for (const name of Object.keys(STEPS).flatMap((first) => Object.keys(STEPS).flatMap((second) => [first, second]))) {
    const many = random.between(1, 5);
    // Some are there before it reads, the rest comes while it does; a poll does not wait for the rest.
    const before = name === 'poll' ? many : random.between(0, many);
    await publisher.publish(before);
    const [read] = await Promise.all([STEPS[name](place, many), publisher.publish(many - before)]);
    assert.equal(read.data.length, many, `${name} read ${read.data.length} of ${many} events; ${gateway.log}`);
    checker.note(name);
    read.data.forEach((data) => checker.event(data));
    place.since = read.cursor;
  }
  checker.verify(publisher.count);
});
