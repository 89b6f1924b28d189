// The JDK's WebSocket client: JdkWebSocket.java in a process of its own, which writes a line for all that happens.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { start } from '../bed/children.mjs';

const SOURCE = fileURLToPath(new URL('JdkWebSocket.java', import.meta.url));

/** Some heartbeats of the gateway under test. */
const SILENCE_MS = '3500';

export async function jdkWebSocket({ origin, path, since, checker }) {
  const child = start('java', ['-XX:TieredStopAtLevel=1', SOURCE, `ws://${origin}${path}`, since, SILENCE_MS], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  let stopped = false;
  ended.then((code) => stopped || checker.fail(`java ended with ${code}: ${complaints}`));
  createInterface({ input: child.stdout }).on('line', (line) => onLine(JSON.parse(line), checker));
  return {
    async stop() {
      stopped = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function onLine(message, checker) {
  if (message.note !== undefined) {
    checker.note(message.note);
  } else if (message.gap !== undefined) {
    checker.gap(message.gap);
  } else if (message.op === undefined) {
    checker.event(message.data);
  }
}
