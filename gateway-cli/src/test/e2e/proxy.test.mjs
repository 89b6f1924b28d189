// A real Node app and nginx behind the gateway.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';
import { raw, startApp, startNginx } from './bed/app.mjs';
import { packageFor } from './bed/capability.mjs';
import { startGateway } from './bed/gateway.mjs';
import { until } from './bed/wait.mjs';

const run = promisify(execFile);
const BIG = 8 << 20;

function through(port) {
  return `  - match: { path: "/**" }\n    upstream: { url: "http://127.0.0.1:${port}" }\n`;
}

async function curl(...args) {
  const { stdout } = await run('curl', ['-s', '-i', '--max-time', '60', ...args], { maxBuffer: 4 * BIG });
  return stdout;
}

function header(entry, name) {
  const at = entry.headers.findIndex((word, i) => i % 2 === 0 && word.toLowerCase() === name);
  return at < 0 ? undefined : entry.headers[at + 1];
}

test('a Node app behind the gateway', async (t) => {
  const app = await startApp(t);
  const gateway = await startGateway(t, { routes: through(app.port) });
  const url = `http://${gateway.origin}`;

  await t.test('sees what curl asked, and who asked', async () => {
    const answer = await curl('-H', 'Host: app.example', `${url}/a%2Cb?x=%20&y`);
    const entry = JSON.parse(answer.split('\r\n\r\n')[1]);
    assert.equal(entry.url, '/a%2Cb?x=%20&y');
    assert.equal(header(entry, 'host'), 'app.example');
    assert.equal(header(entry, 'x-forwarded-for'), '127.0.0.1');
    assert.equal(header(entry, 'forwarded'), 'for=127.0.0.1;host="app.example";proto=http');
  });

  await t.test('gets and gives big bodies whole', async () => {
    const body = Buffer.alloc(BIG, 'sluice ');
    const answer = await fetch(`${url}/echo`, { method: 'POST', body, signal: AbortSignal.timeout(60_000) });
    assert.ok(body.equals(Buffer.from(await answer.arrayBuffer())));
  });

  await t.test('streams as it writes, and is told when the client leaves', async () => {
    const abort = new AbortController();
    const answer = await fetch(`${url}/stream`, { signal: abort.signal });
    const { value } = await answer.body.getReader().read();
    assert.equal(Buffer.from(value).toString(), 'data: one\n\n');
    abort.abort();
    await until('the app to see it', () => app.seen.some((entry) => entry.closed));
  });

  await t.test('is asked before a body is sent, and may refuse it', async () => {
    const body = 'x'.repeat(2000);
    const taken = await curl('-H', 'Expect: 100-continue', '-d', body, `${url}/echo`);
    assert.match(taken, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    const refused = await curl('-H', 'Expect: 100-continue', '-d', body, `${url}/refuse`);
    assert.match(refused, /^HTTP\/1\.1 413 /);
  });

  await t.test('sends hints, trailers, cookies and redirects', async () => {
    assert.match(await curl(`${url}/hints`), /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK/i);
    const trailed = await raw(gateway.port, 'GET /trailers HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n');
    assert.match(trailed, /0\r\nX-End: ok\r\n\r\n$/);
    const away = await curl('-H', 'Host: app.example', `${url}/away`);
    assert.match(away, /Location: http:\/\/app\.example\/there\r\n/);
    assert.match(away, /Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n/);
  });

  await t.test('echoes WebSocket messages, with compression and pings', async (t) => {
    const found = await packageFor(t, 'ws');
    if (!found) {
      return;
    }
    const socket = new found.WebSocket(`ws://${gateway.origin}/ws`, { perMessageDeflate: true });
    t.after(() => socket.terminate());
    await once(socket, 'open', { signal: AbortSignal.timeout(30_000) });
    const message = 'x'.repeat(300_000);
    socket.send(message);
    const [echo] = await once(socket, 'message', { signal: AbortSignal.timeout(30_000) });
    assert.equal(echo.toString(), message);
    socket.ping();
    await once(socket, 'pong', { signal: AbortSignal.timeout(30_000) });
    socket.close(4000, 'done');
    const [code, reason] = await once(socket, 'close', { signal: AbortSignal.timeout(30_000) });
    assert.equal(code, 4000);
    assert.equal(reason.toString(), 'done');
  });

  await t.test('saw no request that the gateway did not log', async () => {
    await until('the log', () => gateway.passed.length >= app.seen.length);
    const logged = gateway.passed.map((line) => `${line.method} ${line.path}`);
    for (const entry of app.seen) {
      const at = logged.indexOf(`${entry.method} ${entry.url.split('?')[0]}`);
      assert.notEqual(at, -1, `${entry.method} ${entry.url} is not in the log; ${gateway.log}`);
      logged.splice(at, 1);
    }
  });
});

test('a WebSocket is told that the node stops', async (t) => {
  const app = await startApp(t);
  const gateway = await startGateway(t, { routes: through(app.port) });
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(`ws://${gateway.origin}/ws`);
  await once(socket, 'open', { signal: AbortSignal.timeout(30_000) });
  socket.send('one');
  await once(socket, 'message', { signal: AbortSignal.timeout(30_000) });
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(30_000) });
  assert.equal(await gateway.stop(), 0);
  assert.equal((await closed)[0], 1001);
});

test('nginx behind the gateway', async (t) => {
  const nginx = await startNginx(t, 'location /hello { return 200 "hello"; } location /gone { return 410; } location /ver { return 200 "$http_x_forwarded_host $http_host"; } location / { return 404; }');
  if (nginx === undefined) {
    return;
  }
  const gateway = await startGateway(t, { routes: through(nginx.port) });
  const url = `http://${gateway.origin}`;
  assert.match(await curl(`${url}/hello`), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello$/);
  assert.match(await curl(`${url}/gone`), /^HTTP\/1\.1 410 Gone\r\n/);
  assert.match(await curl('-H', 'Host: a.example', `${url}/ver`), /a\.example a\.example$/);
  assert.match(await curl('-I', `${url}/hello`), /^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 5\r\n/);
  assert.match(await curl(`${url}/nothing`), /^HTTP\/1\.1 404 Not Found\r\n/);
});
