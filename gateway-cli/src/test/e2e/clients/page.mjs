// Runs in Chromium: the browser's own EventSource and WebSocket, and @microsoft/fetch-event-source.
import { fetchEventSource } from '/node_modules/@microsoft/fetch-event-source/lib/esm/index.js';

const happened = [];
let state = () => undefined;

/** A native EventSource; the browser brings it back. */
function eventSource({ url }) {
  const source = new EventSource(url);
  state = () => source.readyState;
  source.onopen = () => happened.push({ note: 'open' });
  source.onmessage = (event) => happened.push({ data: event.data });
  source.onerror = () => {
    happened.push({ note: `error, readyState ${source.readyState}` });
    if (source.readyState === EventSource.CLOSED) {
      happened.push({ closed: true });
    }
  };
  source.addEventListener('sluice.gap', (event) => happened.push({ gap: JSON.parse(event.data).gap }));
  source.addEventListener('sluice.close', (event) => happened.push({ note: `close ${event.data}`, close: event.data }));
}

/** A native WebSocket; this script opens the next one, with the last cursor. */
function webSocket({ url, since, protocol, extension }) {
  let cursor = since;
  const connect = () => {
    const socket = new WebSocket(cursor ? `${url}?since=${cursor}` : url, protocol ?? []);
    state = () => socket.readyState;
    socket.onopen = () => {
      if (extension !== undefined && socket.extensions.split(';')[0] !== extension) {
        happened.push({ closed: true, note: `extensions: "${socket.extensions}", not "${extension}"` });
      }
    };
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      cursor = message.cursor ?? cursor;
      happened.push(message.op === undefined ? { data: message.data, gap: message.gap } : { note: message.op });
    };
    socket.onclose = (event) => {
      happened.push({ note: `close ${event.code}`, code: event.code });
      setTimeout(connect, 50);
    };
  };
  connect();
}

/** fetch-event-source, with what its README asks for: an end is an error, so that it comes back. */
function fetchSource({ url }) {
  fetchEventSource(url, {
    openWhenHidden: true,
    async onopen(response) {
      if (!response.ok) {
        throw new Fatal(`status ${response.status}`);
      }
    },
    onmessage(message) {
      if (message.event === 'sluice.gap') {
        happened.push({ gap: JSON.parse(message.data).gap });
      } else if (message.event === '') {
        happened.push({ data: message.data });
      } else {
        happened.push({ note: message.event });
      }
    },
    onclose() {
      throw new Error('ended');
    },
    onerror(error) {
      happened.push({ note: String(error) });
      if (error instanceof Fatal) {
        throw error;
      }
    },
  }).catch((error) => happened.push({ closed: true, note: String(error) }));
}

class Fatal extends Error {}

window.reader = { eventSource, webSocket, fetchSource, happened, state: () => state() };
