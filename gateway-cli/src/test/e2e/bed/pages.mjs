// The site whose pages subscribe: another origin than the gateway's, with the page scripts of this folder.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('..', import.meta.url);
const MODULES = '/node_modules/@microsoft/fetch-event-source/lib/esm/';

/** Starts the site; `origin` is its address. */
export async function startPages() {
  const server = http.createServer((request, response) => {
    answer(request.url).then(
      ([type, body]) => response.writeHead(200, { 'Content-Type': type }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(url) {
  if (url === '/') {
    return ['text/html', '<!doctype html><title>reader</title><script type="module" src="/clients/page.mjs"></script>'];
  }
  if (url !== '/clients/page.mjs' && !url.startsWith(MODULES)) {
    throw new Error('not ours');
  }
  // The package imports './parse' without its ending, as bundlers like it.
  const file = /\.m?js$/.test(url) ? url : `${url}.js`;
  return ['text/javascript', await readFile(fileURLToPath(new URL(`.${file}`, ROOT)))];
}
