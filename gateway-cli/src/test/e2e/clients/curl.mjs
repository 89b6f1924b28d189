// curl, with the resume loop that a script writes around it.
import { setTimeout as delay } from 'node:timers/promises';
import { start } from '../bed/children.mjs';
import { SseReader } from './sse-reader.mjs';

/** The answer's status, on standard error. */
const STATUS = '%{stderr}%{http_code}';

/** `curl --no-buffer` on the event stream; each end is followed by a new curl with Last-Event-ID. */
export function curlSse({ origin, path, since, checker, certificate }) {
  const trust = certificate ? ['--cacert', certificate.file] : [];
  return loop(async (run, position) => {
    const reader = new SseReader((block) => {
      position.cursor = block.id;
      onBlock(block, checker);
    });
    const resume = position.cursor === since ? [] : ['-H', `Last-Event-ID: ${position.cursor}`];
    const url = `${certificate ? 'https' : 'http'}://${origin}${path}?since=${since}`;
    await run(['--no-buffer', ...trust, '-H', 'Accept: text/event-stream', ...resume, url], (text) => reader.feed(text));
  }, { since, checker });
}

/** curl that asks again and again; `wait` in seconds makes it a long poll. */
export function curlPoll({ wait }) {
  return ({ origin, path, since, checker }) =>
    loop(async (run, position) => {
      let body = '';
      const url = `http://${origin}${path}?since=${position.cursor}`;
      const prefer = wait === undefined ? [] : ['-H', `Prefer: wait=${wait}`];
      const code = await run([...prefer, url], (text) => (body += text));
      if (code === 0) {
        position.cursor = onAnswer(JSON.parse(body), checker);
      }
    }, { since, checker });
}

function onBlock(block, checker) {
  if (block.event === 'message') {
    checker.event(block.data);
  } else if (block.event === 'sluice.gap') {
    checker.gap(JSON.parse(block.data).gap);
  }
}

function onAnswer({ events, next }, checker) {
  for (const event of events) {
    if (event.gap !== undefined) {
      checker.gap(event.gap);
    } else {
      checker.event(event.data);
    }
  }
  return next;
}

/** Repeats `turn` until stopped. `run(args, onText)` is one curl and gives its exit code. */
function loop(turn, { since, checker }) {
  const position = { cursor: since };
  let stopped = false;
  let running;
  const run = (args, onText) =>
    new Promise((resolve, reject) => {
      const child = start('curl', ['--silent', '--fail', '--max-time', '60', '--write-out', STATUS, ...args]);
      let status = '';
      running = child;
      child.stdout.setEncoding('utf8').on('data', onText);
      child.stderr.setEncoding('utf8').on('data', (text) => (status += text));
      child.once('error', reject);
      // Refused (22) is the end, but for 503: that says to come back.
      child.once('close', (code) => {
        if (code === 22 && status !== '503') {
          reject(new Error(`curl: refused with ${status}: ${args.join(' ')}`));
        } else {
          resolve(code);
        }
      });
    });
  const ended = (async () => {
    while (!stopped) {
      await turn(run, position);
      await delay(20);
    }
  })();
  const over = ended.catch((error) => checker.fail(error.message));
  return {
    async stop() {
      stopped = true;
      running?.kill('SIGTERM');
      await over;
    },
  };
}
