// The one scenario of this bed: a client reads the numbered stream while its connection is cut fifty times.
import { setTimeout as delay } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { Checker } from './checker.mjs';
import { SEALED, STREAM, deck } from './cuts.mjs';
import { Publisher } from './publisher.mjs';
import { randomFor, seed } from './random.mjs';
import { startRelay } from './relay.mjs';
import { until } from './wait.mjs';

/**
 * `connect({origin, path, since, checker, certificate, t})` starts the client and returns (a promise of) an object with `stop()`.
 * It reads `http://{origin}{path}` or `ws://…` (with a `certificate` `https://…` or `wss://…`) from the cursor `since` on, tells
 * `checker` what comes, and comes back by its own means. `wholeEnds`: no cut falls between the two line feeds that end an event.
 * `base`: the route's path, without the channel.
 */
export async function readWhileCut(
  t,
  gateway,
  connect,
  { kinds = gateway.certificate ? SEALED : STREAM, seconds = 200, wholeEnds = false, base = '/events/' } = {},
) {
  const cards = deck(randomFor(t.name), kinds).map((card) => ({ ...card, wholeEnds }));
  const channel = `numbers-${t.name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`;
  const since = await gateway.head(channel);
  const { certificate } = gateway;
  const relay = await startRelay({ port: () => gateway.port, cards, sealed: certificate !== undefined });
  const checker = new Checker();
  const publisher = new Publisher(gateway, channel);
  const state = () =>
    [
      `seed ${seed}, last event ${checker.last} of ${publisher.count}, ${relay.connections} connections`,
      `last cuts: ${relay.cuts.slice(-4).map((cut) => JSON.stringify(cut)).join(' ')}`,
      gateway.log,
    ].join('\n');
  let client;
  try {
    client = await connect({ origin: relay.origin, path: `${base}${channel}`, since, checker, certificate, t });
    publisher.start();
    await until(`${cards.length} cuts`, () => checker.failed || relay.cuts.length === cards.length, { seconds, state });
    const count = await publisher.stop();
    await until('the last event', () => checker.failed || checker.last === count, { state });
    await delay(150); // what is repeated comes late
    checker.verify(count);
    assertCovered(relay.cuts, kinds);
    t.diagnostic(`${count} events, ${relay.cuts.length} cuts, ${relay.connections} connections, seed ${seed}`);
  } catch (error) {
    error.message += `\n${state()}`;
    throw error;
  } finally {
    await publisher.stop().catch(() => {});
    await client?.stop();
    await relay.close();
  }
}

/** Most cuts came at the very byte they were meant for, those after the head and the opening among them. */
function assertCovered(cuts, kinds) {
  for (const [kind, count] of Object.entries(kinds)) {
    const exact = cuts.filter((cut) => cut.kind === kind && cut.exact).length;
    assert.ok(exact >= count / 2, `only ${exact} of ${count} cuts of kind ${kind} came at their moment`);
  }
}
