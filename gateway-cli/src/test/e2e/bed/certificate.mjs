// A certificate that nobody but its key vouches for, and how clients come to trust it alone.
import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { without } from './capability.mjs';
import { temporaryFolder } from './children.mjs';

/** Makes one for 127.0.0.1: its files, its text, its hash; or returns undefined after `t` has been skipped. */
export function certificateFor(t) {
  const folder = temporaryFolder();
  const file = path.join(folder, 'cert.pem');
  const key = path.join(folder, 'key.pem');
  const how = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1';
  try {
    execFileSync('openssl', ['req', '-x509', ...how.split(' '), '-keyout', key, '-out', file], { stdio: 'pipe' });
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
    return without(t, 'openssl', 'apt-get install openssl');
  }
  const pem = readFileSync(file, 'utf8');
  const publicKey = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return { file, key, pem, keyHash: createHash('sha256').update(publicKey).digest('base64') };
}

/** Node's `fetch`, trusting this certificate alone. */
export function fetchTrusting({ pem }) {
  let dispatcher;
  return async (url, init) => {
    dispatcher ??= await dispatcherTrusting(pem);
    return fetch(url, { ...init, dispatcher });
  };
}

async function dispatcherTrusting(ca) {
  await fetch('data:,'); // Node makes its own with the first use
  const { constructor: Agent } = globalThis[Symbol.for('undici.globalDispatcher.1')];
  return new Agent({ connect: { ca } });
}
