// What the gateway, nginx with a plain proxy_pass, and npm http-proxy do with the same; the table of docs/proxy.md.
import net from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { raw, startApp, startHttpProxy, startNginx } from './bed/app.mjs';
import { startGateway } from './bed/gateway.mjs';

const PAGE = new URL('../../../../docs/proxy.md', import.meta.url);

/** An upstream that sends the same bytes for every request, and perhaps closes. */
async function startRude(t) {
  const server = net.createServer((socket) => {
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (text) => {
      const path = text.split(' ')[1];
      if (path === '/late') {
        setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'), 300);
        return;
      }
      socket.write(RUDE[path] ?? 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      if (path.startsWith('/cut')) {
        socket.end();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

const RUDE = {
  '/cut-length': 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegun',
  '/cut-chunks': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n',
  '/both': 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n',
  '/more': 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoodHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
  '/cut-garbage': '220 smtp ready\r\n\r\n',
};

const whole = (text) => /\r\n0\r\n(.*\r\n)*\r\n$/.test(text);
const status = (text) => /^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'closed';

/** Each asks a proxy in front of the Node app (`app`) or the rude upstream (`rude`) and says in a few words what came. */
const PROBES = {
  '`Host` that the app gets': async (at) => (headers(await seen(at, 'Host: app.example')).host === 'app.example' ? "the client's" : "the target's"),
  'a header that `Connection` names': async (at) =>
    'x-hop' in headers(await seen(at, 'Host: a', 'Connection: close, X-Hop', 'X-Hop: 1')) ? 'passed on' : 'removed',
  '`X-Forwarded-For: 6.6.6.6` of the client': async (at) =>
    headers(await seen(at, 'Host: a', 'X-Forwarded-For: 6.6.6.6'))['x-forwarded-for'] ?? 'none',
  '`Forwarded: for=6.6.6.6` of the client': async (at) =>
    (headers(await seen(at, 'Host: a', 'Forwarded: for=6.6.6.6')).forwarded ?? 'removed').includes('6.6.6.6') ? 'passed on' : 'said anew',
  '`Via` to the app': async (at) => ('via' in headers(await seen(at, 'Host: a')) ? 'added' : 'none'),
  '`TE: trailers`': async (at) => ('te' in headers(await seen(at, 'Host: a', 'TE: trailers')) ? 'passed on' : 'removed'),
  'trailers of the answer': async (at) =>
    (await ask(at.app, '/trailers', ['Host: a', 'TE: trailers'])).includes('X-End: ok') ? 'passed on' : 'dropped',
  'trailers of the request': async (at) => {
    const from = at.seen.length;
    await raw(at.app, 'POST /t HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 7\r\n\r\n');
    return at.seen[from]?.trailers?.['x-sum'] === '7' ? 'passed on' : 'dropped';
  },
  '103 Early Hints': async (at) => {
    const got = await ask(at.app, '/hints', ['Host: a']);
    if (!got.startsWith('HTTP/1.1 103')) {
      return 'dropped';
    }
    return got.split('\r\n\r\n')[0].includes('Connection: close') ? 'taken for the answer' : 'passed on';
  },
  '`Expect: 100-continue` to an app that refuses': async (at) => {
    const head = 'POST /refuse HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n';
    const first = await raw(at.app, head, { enough: (got) => got.includes('\r\n\r\n'), seconds: 15 });
    return `first answer ${status(first)}`;
  },
  'an answer cut before its `Content-Length`': async (at) => {
    const got = await ask(at.rude, '/cut-length', ['Host: a']);
    return status(got) === '200' && !got.includes('Content-Length: 5') && !whole(got) ? 'cut' : `looks whole (${status(got)})`;
  },
  'an answer cut amid its chunks': async (at) => {
    const got = await ask(at.rude, '/cut-chunks', ['Host: a']);
    return status(got) === '200' && !whole(got) ? 'cut' : `looks whole (${status(got)})`;
  },
  'an answer with both lengths': async (at) => status(await ask(at.rude, '/both', ['Host: a'])),
  'bytes after an answer': async (at) => {
    const got = await ask(at.rude, '/more', ['Host: a']);
    return got.includes('evil') ? 'passed on' : status(got) === '200' ? 'dropped' : status(got);
  },
  'a client that ends its side after its request': async (at) => {
    const request = 'GET /late HTTP/1.1\r\nHost: a\r\n\r\n';
    const got = await raw(at.rude, request, { enough: (all) => all.includes('good'), seconds: 15, half: true });
    return got.includes('good') ? 'answered' : 'no answer';
  },
  'what is no HTTP': async (at) => {
    const got = await ask(at.rude, '/cut-garbage', ['Host: a']);
    return got.includes('smtp') ? 'passed on' : status(got);
  },
};

async function ask(port, path, lines) {
  const connection = lines.some((line) => line.startsWith('Connection')) ? [] : ['Connection: close'];
  return raw(port, `GET ${path} HTTP/1.1\r\n${[...lines, ...connection].join('\r\n')}\r\n\r\n`, { seconds: 15 });
}

/** What the app saw of a request with these header lines. */
async function seen(at, ...lines) {
  const from = at.seen.length;
  await ask(at.app, '/seen', lines);
  return at.seen[from];
}

function headers(entry) {
  const all = {};
  for (let i = 0; i < entry.headers.length; i += 2) {
    all[entry.headers[i].toLowerCase()] = entry.headers[i + 1];
  }
  return all;
}

function toPort(port) {
  return `  - match: { path: "/**" }\n    upstream: { url: "http://127.0.0.1:${port}" }\n`;
}

function toNginx(port) {
  return `location / { proxy_pass http://127.0.0.1:${port}; proxy_http_version 1.1; }`;
}

test('the table of docs/proxy.md is what the three do', async (t) => {
  const app = await startApp(t);
  const rude = await startRude(t);
  const nginx = [await startNginx(t, toNginx(app.port)), await startNginx(t, toNginx(rude))];
  const other = [await startHttpProxy(t, app.port), await startHttpProxy(t, rude)];
  if (nginx.includes(undefined) || other.includes(undefined)) {
    return;
  }
  const gateway = [await startGateway(t, { routes: toPort(app.port) }), await startGateway(t, { routes: toPort(rude) })];
  const columns = [gateway, nginx, other].map(([front, back]) => ({ app: front.port, rude: back.port, seen: app.seen }));
  const page = readFileSync(PAGE, 'utf8');
  const missing = [];
  for (const [name, probe] of Object.entries(PROBES)) {
    const cells = [];
    for (const at of columns) {
      cells.push(await probe(at));
    }
    const row = `| ${[name, ...cells].join(' | ')} |`;
    if (!page.includes(row)) {
      missing.push(row);
    }
  }
  assert.deepEqual(missing, [], 'rows that docs/proxy.md does not have');
});
