// Requests made to be read in two ways: no upstream may see one that the gateway did not log.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { raw, startApp } from './bed/app.mjs';
import { startGateway } from './bed/gateway.mjs';
import { until } from './bed/wait.mjs';

const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';

/** Each ends in a second request that only one of two readers would see. */
const VECTORS = {
  'both lengths': `POST /v HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'two lengths': `POST /v HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'signed length': `POST /v HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n${HIDDEN}`,
  'odd coding': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${HIDDEN}`,
  'coding in two lines': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'coding with a tab': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\tchunked\x0b\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'coding with a space before the colon': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'folded coding': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'coding in HTTP/1.0': `POST /v HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'underscored length': `POST /v HTTP/1.1\r\nHost: a\r\nContent_Length: ${HIDDEN.length}\r\n\r\n${HIDDEN.replace('hidden', 'open')}`,
  'length named in Connection': `POST /v HTTP/1.1\r\nHost: a\r\nConnection: Content-Length\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'coding named in Connection': `POST /v HTTP/1.1\r\nHost: a\r\nConnection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`,
  'chunk size with a prefix': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${HIDDEN}`,
  'chunk with an extension that hides a line': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a="\n0\r\n\r\n${HIDDEN}`,
  'chunk that is too long': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n${HIDDEN}`,
  'overflowing chunk size': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n${HIDDEN}`,
  'trailers that frame': `POST /v HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN.replace('hidden', 'open')}`,
  'an upgrade to h2c': `GET /v HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
  'an upgrade with a body': `GET /v HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'a refused upgrade, then a request': `GET /v HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 9\r\n\r\n${HIDDEN.replace('hidden', 'open')}`,
  'a GET with a body': `GET /v HTTP/1.1\r\nHost: a\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`,
  'a bare LF': `POST /v HTTP/1.1\r\nHost: a\r\nX: y\nContent-Length: 0\r\n\r\n${HIDDEN}`,
  'an absolute target': `GET http://other/v HTTP/1.1\r\nHost: a\r\n\r\n`,
  'a target with a second line': `GET /v%0d%0aHost:%20b HTTP/1.1\r\nHost: a\r\n\r\n`,
};

function asLine(entry) {
  return `${entry.method} ${entry.url.split('?')[0]}`;
}

/** Whether each of `some` is among `all`, as often. */
function isPartOf(some, all) {
  const left = [...all];
  return some.every((each) => {
    const at = left.indexOf(each);
    if (at >= 0) {
      left.splice(at, 1);
    }
    return at >= 0;
  });
}

test('no upstream sees a request that the gateway did not log', async (t) => {
  const app = await startApp(t);
  const gateway = await startGateway(t, {
    routes: `  - match: { path: "/**" }\n    upstream: { url: "http://127.0.0.1:${app.port}" }\n`,
  });
  for (const [name, bytes] of Object.entries(VECTORS)) {
    await t.test(name, async () => {
      const from = app.seen.length;
      const logged = gateway.passed.length;
      const answer = await raw(gateway.port, bytes, { seconds: 1 });
      assert.match(answer, /^(HTTP\/1\.[01] [1-5]\d\d |$)/);
      const seen = app.seen.slice(from);
      assert.ok(!seen.some((entry) => entry.url.includes('hidden')), 'a hidden request reached the app');
      const lines = () => gateway.passed.slice(logged).map((line) => `${line.method} ${line.path}`);
      await until('a line of the log for each request', () => isPartOf(seen.map(asLine), lines()), {
        state: () => `the app saw ${seen.map(asLine)}, the log has ${lines()}`,
      });
    });
  }
});
