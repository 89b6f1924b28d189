// Several gateways that are one cluster, to a test like one: each use of `port` or `origin` is the next node's, and so is each publish.
import net from 'node:net';

/** How many nodes a gateway of this run has: 1, unless SLUICE_E2E_NODES says more. */
export const NODES = Number(process.env.SLUICE_E2E_NODES ?? 1);

/** The block `cluster` of each of so many nodes, as YAML. */
export async function clusterBlocks(count) {
  const members = (await freePorts(count)).map((port) => `"127.0.0.1:${port}"`);
  return members.map((bind) => `cluster: { members: [${members.join(', ')}], bind: ${bind}, secret: "a secret of the tests" }`);
}

/** Somebody may take one before it is used. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => net.createServer());
  await Promise.all(servers.map((server) => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export class Nodes {
  #all;
  #reads = 0;
  // Who publishes is one node behind who reads.
  #publishes = 1;

  /** What clients connect with: undefined for http and ws. */
  certificate;

  constructor(gateways, certificate) {
    this.#all = gateways;
    this.certificate = certificate;
  }

  get port() {
    return this.#next().port;
  }

  get origin() {
    return this.#next().origin;
  }

  get log() {
    return this.#all.map((gateway) => gateway.log).join('\n');
  }

  /** Starts all; done when each sees all. */
  async start() {
    await Promise.all(this.#all.map((gateway) => gateway.start()));
    await Promise.all(this.#all.map((gateway) => gateway.sees(this.#all.length)));
  }

  async dispose() {
    await Promise.all(this.#all.map((gateway) => gateway.dispose()));
  }

  publish(channel, data, id) {
    return this.#all[this.#publishes++ % this.#all.length].publish(channel, data, id);
  }

  head(channel) {
    return this.#all[this.#publishes++ % this.#all.length].head(channel);
  }

  /** The sum of what the nodes say. */
  async metric(name) {
    const values = await Promise.all(this.#all.map((gateway) => gateway.metric(name)));
    return values.reduce((sum, value) => sum + value, 0);
  }

  #next() {
    return this.#all[this.#reads++ % this.#all.length];
  }
}
