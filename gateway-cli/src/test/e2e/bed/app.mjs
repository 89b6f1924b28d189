// Real upstreams: a Node app, and nginx from Debian; and other proxies in front of them, to compare with.
import http from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { nginxFor, packageFor } from './capability.mjs';
import { start, temporaryFolder } from './children.mjs';
import { until } from './wait.mjs';

/** A Node app that tells what it got; echoes WebSockets if npm `ws` is there. */
export async function startApp(t) {
  const seen = [];
  const server = http.createServer((request, response) => answer(request, response, seen));
  server.on('checkContinue', (request, response) => {
    if (request.url.startsWith('/refuse')) {
      response.writeHead(413, { 'Content-Length': 0 }).end();
    } else {
      response.writeContinue();
      answer(request, response, seen);
    }
  });
  const { WebSocketServer } = await import('ws');
  const sockets = new WebSocketServer({ server, path: '/ws' });
  sockets.on('connection', (socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    sockets.clients.forEach((socket) => socket.terminate());
    server.closeAllConnections();
    server.close();
  });
  return { port: server.address().port, seen };
}

function answer(request, response, seen) {
  const entry = { method: request.method, url: request.url, headers: request.rawHeaders, body: 0 };
  seen.push(entry);
  const url = new URL(request.url, 'http://app');
  if (url.pathname === '/stream') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: one\n\n');
    request.socket.once('close', () => (entry.closed = true));
    return;
  }
  if (url.pathname === '/hints') {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
  }
  const parts = [];
  request.on('data', (part) => {
    entry.body += part.length;
    parts.push(part);
  });
  request.on('end', () => {
    entry.trailers = request.trailers;
    if (url.pathname === '/none') {
      response.writeHead(204).end();
    } else if (url.pathname === '/trailers') {
      response.writeHead(200, { Trailer: 'X-End' });
      response.write('body');
      response.addTrailers({ 'X-End': 'ok' });
      response.end();
    } else if (url.pathname === '/away') {
      response.writeHead(302, { Location: `http://${request.headers.host}/there`, 'Set-Cookie': ['a=1', 'b=2'] }).end();
    } else if (url.pathname === '/echo') {
      response.end(Buffer.concat(parts));
    } else {
      response.end(JSON.stringify(entry));
    }
  });
}

/** nginx in the foreground, in a folder and on a port of its own; undefined after `t` was skipped. */
export async function startNginx(t, locations, more = '') {
  const nginx = nginxFor(t);
  if (nginx === undefined) {
    return undefined;
  }
  const folder = temporaryFolder();
  const port = await freePort();
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1;
     events { worker_connections 256; }
     http {
       access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${folder}/${n};`).join(' ')}
       ${more}
       server { listen 127.0.0.1:${port}; ${locations} }
     }`,
  );
  const child = start(nginx, ['-c', file, '-p', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await until('nginx to listen', () => connects(port), { state: () => said });
  return { port };
}

/** npm `http-proxy` in front of a port; undefined after `t` was skipped. */
export async function startHttpProxy(t, target) {
  const found = await packageFor(t, 'http-proxy');
  if (!found) {
    return undefined;
  }
  const proxy = found.default.createProxyServer({ target: `http://127.0.0.1:${target}`, ws: true, xfwd: true });
  const server = http.createServer((request, response) => proxy.web(request, response));
  server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  proxy.on('error', (error, request, response) => response.destroy?.());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: server.address().port };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Sends bytes on a connection and gathers what comes, until `enough` says so, the end, or the time is over. */
export function raw(port, bytes, { enough = () => false, seconds = 20, half = false } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let got = '';
    const done = () => {
      clearTimeout(late);
      socket.destroy();
      resolve(got);
    };
    const late = setTimeout(done, seconds * 1000);
    socket.setEncoding('latin1');
    socket.on('connect', () => (half ? socket.end(bytes, 'latin1') : socket.write(bytes, 'latin1')));
    socket.on('data', (text) => {
      got += text;
      if (enough(got)) {
        done();
      }
    });
    socket.on('end', done);
    socket.on('error', done);
  });
}
