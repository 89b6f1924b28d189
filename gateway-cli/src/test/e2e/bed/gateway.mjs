// The packaged program, started as an operator starts it, with all ports its own choice.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start, temporaryFolder } from './children.mjs';
import { NODES, Nodes, clusterBlocks } from './nodes.mjs';
import { until } from './wait.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const JAR = path.resolve(process.env.SLUICE_JAR ?? path.join(HERE, '../../../../target/sluice.jar'));

/** What starts the program; another one is for testing the bed itself. */
const PROGRAM = process.env.SLUICE_E2E_PROGRAM?.split(' ') ?? ['java', '-jar', JAR];

/** Beside `/events/`, a route that compresses: `/packed/`. */
export const PACKED = `
  - match: { path: "/packed/{channel}" }
    push:
      origins: "*"
      heartbeat: 1s
      history: { count: 50000, bytes: 64MiB, age: 10m }
      compression: true
`;

/**
 * Starts the gateway; stopped with the test `t`. `state`: whether it keeps its logs over an orderly stop. `routes`: further
 * entries of `routes`, as YAML. `certificate`: of certificate.mjs, for clients to connect by https and wss. `host`: where it listens;
 * one that starts again on its ports has an address to itself, so that nobody takes a port meanwhile. It has as many nodes as nodes.mjs says,
 * unless it keeps its logs or has an address of its own.
 */
export async function startGateway(t, { state = false, routes = '', certificate, host } = {}) {
  if (NODES === 1 || state || host !== undefined) {
    return started(t, new Gateway('serve', { state, routes, certificate, host }));
  }
  if (certificate === undefined && ['', PACKED].includes(routes)) {
    return (shared ??= begun(nodes({ routes: PACKED })));
  }
  return started(t, await nodes({ routes, certificate }));
}

/** The nodes of all tests of this process that need nothing else: they take longer to start than a client to read. */
let shared;

after(async () => (await shared)?.dispose());

async function begun(making) {
  const gateway = await making;
  await gateway.start();
  return gateway;
}

async function nodes({ routes, certificate }) {
  const blocks = await clusterBlocks(NODES);
  return new Nodes(blocks.map((cluster) => new Gateway('serve', { routes, certificate, cluster })), certificate);
}

/** Starts the gateway with its sample app behind it. */
export async function startDemo(t) {
  return started(t, new Gateway('demo'));
}

async function started(t, gateway) {
  t.after(() => gateway.dispose());
  await gateway.start();
  return gateway;
}

class Gateway {
  #folder = temporaryFolder();
  #command;
  #state;
  #routes;
  #host;
  #cluster;
  #process;
  #exit;
  #log = '';
  #ports = { public: 0, publish: 0, admin: 0 };

  /** What clients connect with: undefined for http and ws. */
  certificate;

  constructor(command, { state = false, routes = '', certificate, host = '127.0.0.1', cluster = '' } = {}) {
    this.#command = command;
    this.#state = state;
    this.#routes = routes;
    this.#host = host;
    this.#cluster = cluster;
    this.certificate = certificate;
  }

  get port() {
    return this.#ports.public;
  }

  get origin() {
    return `${this.#host}:${this.#ports.public}`;
  }

  /** The paths of all requests to upstreams that it logged so far, with how many upstreams may have seen of each. */
  get passed() {
    return [...this.#log.matchAll(/ method=(\S+) path="([^"]*)" .* upstream=(\S+) tries=(\d+) /g)].map(([, method, path, , tries]) => ({
      method,
      path,
      tries: Number(tries),
    }));
  }

  /** The last lines that it wrote, for failure messages. */
  get log() {
    return `the gateway's last lines:\n${this.#log.split('\n').slice(-25).join('\n')}`;
  }

  /** Starts it, again on the ports that it had. */
  async start() {
    this.#log = '';
    this.#process = start(PROGRAM[0], [...PROGRAM.slice(1), ...this.#arguments()], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`${PROGRAM[0]}: ${error.message}`));
      this.#process.once('exit', (code, signal) => resolve(signal ?? code));
    });
    let ended;
    this.#exit.then((how) => (ended = how));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => this.#note(text));
    }
    await until(
      'the gateway to say where it listens',
      () => {
        if (ended !== undefined) {
          throw new Error(`the gateway ended with ${ended} at its start; ${this.log}`);
        }
        return this.#learnPorts();
      },
      { state: () => this.log },
    );
  }

  /** SIGTERM; returns the exit code. */
  async stop() {
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), 60_000);
    const how = await this.#exit;
    clearTimeout(late);
    return how;
  }

  /** SIGKILL: a crash. */
  async crash() {
    this.#process.kill('SIGKILL');
    await this.#exit;
  }

  async dispose() {
    if (this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null) {
      await this.stop();
    }
  }

  /** Publishes text; returns the result. With an `id` it may be repeated. */
  publish(channel, data, id) {
    const query = id === undefined ? '' : `?id=${id}`;
    return this.#ask('POST', `/channels/${encodeURIComponent(channel)}/events${query}`, data);
  }

  /** The cursor of a channel's head (GET-1). */
  async head(channel) {
    return (await this.#ask('GET', `/channels/${encodeURIComponent(channel)}`)).cursor;
  }

  /** Waits until it knows so many nodes of its cluster, itself among them. */
  async sees(count) {
    await until(`${count} nodes`, async () => (await this.metric('sluice_cluster_members')) === count, { state: () => this.log });
  }

  /** What a metric without labels says. */
  async metric(name) {
    const page = await (await fetch(`http://${this.#host}:${this.#ports.admin}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
  }

  async #ask(method, target, body) {
    const response = await fetch(`http://${this.#host}:${this.#ports.publish}${target}`, {
      method,
      body,
      headers: body === undefined ? {} : { 'Content-Type': 'text/plain' },
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (response.status !== 200) {
      throw new Error(`${method} ${target}: ${response.status} ${text}; ${this.log}`);
    }
    return JSON.parse(text);
  }

  #note(text) {
    this.#log = (this.#log + text).slice(-200_000);
  }

  /** `serve` prints a line per listener with its name and address. */
  #learnPorts() {
    const host = this.#host.replaceAll('.', '\\.');
    for (const name of Object.keys(this.#ports)) {
      const said = new RegExp(`^\\W*${name}\\b.*?${host}:(\\d+)`, 'm').exec(this.#log);
      if (said === null) {
        return false;
      }
      this.#ports[name] = Number(said[1]);
    }
    return true;
  }

  #arguments() {
    if (this.#command === 'demo') {
      return ['demo', ...Object.entries(this.#ports).flatMap(([name, port]) => [`--${name}-port`, `${port}`])];
    }
    const file = path.join(this.#folder, 'sluice.yaml');
    writeFileSync(file, this.#yaml());
    return ['serve', '--config', file];
  }

  #yaml() {
    return `
listen:
  public: ${this.#host}:${this.#ports.public}
  publish: ${this.#host}:${this.#ports.publish}
  admin: ${this.#host}:${this.#ports.admin}
${this.certificate ? `tls: { public: { certificate: ${this.certificate.file}, key: ${this.certificate.key} } }` : ''}
${this.#cluster}
${this.#state ? `state: ${path.join(this.#folder, 'state')}` : ''}
routes:
  - match: { path: "/events/{channel}" }
    push:
      channel: "{channel}"
      select: ["more-*"]
      origins: "*"
      heartbeat: 1s
      retry: { min: 100ms, max: 200ms }
      history: { count: 50000, bytes: 64MiB, age: 10m }
${this.#routes}`;
  }
}
