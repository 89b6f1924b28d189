// Two channels on one connection: the client of one keeps the numbers of the other as well.
import { Checker } from '../bed/checker.mjs';
import { Publisher } from '../bed/publisher.mjs';
import { until } from '../bed/wait.mjs';

/**
 * A client for the reading scenario that reads the second channel `other` beside the scenario's own. `open(place)`
 * gets `{url, parts, take}`: the URL without `since`, the cursor's part for each channel, and `take(entry)` for each
 * entry in the JSON form; it returns how to close.
 */
export function several(gateway, other, open) {
  return async ({ origin, path, since, checker }) => {
    const second = { checker: new Checker(), publisher: new Publisher(gateway, other) };
    const own = decodeURIComponent(path.split('/').at(-1));
    const parts = new Map([[own, since], [other, await gateway.head(other)]]);
    const take = (entry) => {
      const numbers = entry.channel === own ? checker : second.checker;
      parts.set(entry.channel, entry.cursor);
      if (entry.gap !== undefined) {
        numbers.gap(entry.gap);
      } else {
        numbers.event(entry.data);
      }
    };
    const close = open({ url: `${origin}${path}?channel=${other}&format=json`, parts, take, checker });
    second.publisher.start({ everyMs: 11 });
    return {
      async stop() {
        try {
          const count = await second.publisher.stop();
          await until('the last event of the second channel', () => second.checker.last >= count, {
            state: () => `${second.checker.last} of ${count}`,
          });
          second.checker.verify(count);
        } finally {
          close();
        }
      },
    };
  };
}

/** npm `eventsource`: the browser's way, one id for both channels. */
export function bySse(EventSource) {
  return ({ url, parts, take, checker }) => {
    const source = new EventSource(`http://${url}&since=${[...parts.values()].join('.')}`);
    source.addEventListener('message', (event) => take(JSON.parse(event.data)));
    source.addEventListener('sluice.gap', (event) => take(JSON.parse(event.data)));
    source.addEventListener('error', () => source.readyState === EventSource.CLOSED && checker.fail('closed for good'));
    return () => source.close();
  };
}

/** npm `ws` with `sluice.v1.json`: the client joins the parts itself. */
export function byWebSocket(WebSocket) {
  return ({ url, parts, take, checker }) => {
    let socket;
    let timer;
    const connect = () => {
      socket = new WebSocket(`ws://${url}&since=${[...parts.values()].join('.')}`, 'sluice.v1.json');
      socket.on('message', (text) => {
        const message = JSON.parse(text);
        if (message.op === undefined) {
          take(message);
        }
      });
      socket.on('unexpected-response', (_, response) => checker.fail(`handshake refused: ${response.statusCode}`));
      socket.on('error', (error) => checker.note(error.code ?? error.message));
      socket.on('close', () => (timer = setTimeout(connect, 50)));
    };
    connect();
    return () => {
      socket.removeAllListeners('close');
      clearTimeout(timer);
      socket.terminate();
    };
  };
}
