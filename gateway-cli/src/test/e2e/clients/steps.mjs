// A few events at a time by each transport, from a cursor to a cursor: for handing one cursor around.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Each reads `many` events from `since` on and returns `{data: […], cursor}`. */
export const STEPS = {
  poll: async (place, many) => fromAnswer(await curl([`${pollUrl(place)}&limit=${many}`])),

  'long-poll': async (place, many) => {
    const read = { data: [], cursor: place.since };
    while (read.data.length < many) {
      const url = `${pollUrl({ ...place, since: read.cursor })}&limit=${many - read.data.length}`;
      const answer = fromAnswer(await curl(['-H', 'Prefer: wait=10', url]));
      read.data.push(...answer.data);
      read.cursor = answer.cursor;
    }
    return read;
  },

  sse: (place, many) =>
    new Promise((resolve, reject) => {
      const data = [];
      const source = new place.EventSource(pollUrl(place));
      source.addEventListener('sluice.gap', (event) => reject(new Error(`a gap: ${event.data}`)));
      source.addEventListener('error', (event) => reject(new Error(`event stream: ${event.message}`)));
      source.addEventListener('message', (event) => {
        data.push(event.data);
        if (data.length === many) {
          source.close();
          resolve({ data, cursor: event.lastEventId });
        }
      });
    }),

  websocket: (place, many) =>
    new Promise((resolve, reject) => {
      const data = [];
      const socket = new place.WebSocket(pollUrl(place).replace('http', 'ws'), 'sluice.v1.json');
      socket.on('error', reject);
      socket.on('message', (text) => {
        const message = JSON.parse(text);
        if (message.gap !== undefined) {
          reject(new Error(`a gap: ${text}`));
        } else if (message.op === undefined && data.length < many) {
          data.push(message.data);
          if (data.length === many) {
            socket.close();
            resolve({ data, cursor: message.cursor });
          }
        }
      });
    }),
};

function pollUrl({ origin, path, since }) {
  return `http://${origin}${path}?since=${since}`;
}

async function curl(args) {
  const { stdout } = await run('curl', ['--silent', '--show-error', '--fail', '--max-time', '60', ...args]);
  return JSON.parse(stdout);
}

function fromAnswer({ events, next }) {
  const gap = events.find((event) => event.gap !== undefined);
  if (gap !== undefined) {
    throw new Error(`a gap: ${JSON.stringify(gap)}`);
  }
  return { data: events.map((event) => event.data), cursor: next };
}
