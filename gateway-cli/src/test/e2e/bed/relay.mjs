// A TCP relay before the gateway that cuts connections where its cards say, and afterwards lets everything through.
import net from 'node:net';
import { cutAt } from './cuts.mjs';

/**
 * Starts a relay on a free port of 127.0.0.1 to where `port()` says at each connection. `cards` are dealt to connections as they ask for something. `sealed`: what passes
 * cannot be read, and a connection gets one card when it begins.
 */
export async function startRelay({ port, cards = [], sealed = false }) {
  const relay = new Relay(port, [...cards], sealed);
  await relay.listen();
  return relay;
}

class Relay {
  #target;
  #cards;
  #sealed;
  #lines = new Set();
  #server = net.createServer({ allowHalfOpen: false, noDelay: true }, (client) => this.#accept(client));

  /** The cards that were played, as `{kind, how, exact, bytes, request}`; `exact` is false where the moment did not come by itself. */
  cuts = [];
  connections = 0;
  requests = 0;

  constructor(target, cards, sealed) {
    this.#target = target;
    this.#cards = cards;
    this.#sealed = sealed;
  }

  get port() {
    return this.#server.address().port;
  }

  get origin() {
    return `127.0.0.1:${this.port}`;
  }

  /** Whether every card has been played. */
  get calm() {
    return this.#cards.length === 0 && [...this.#lines].every((line) => line.card === undefined);
  }

  listen() {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  async close() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const line of this.#lines) {
      line.drop();
    }
    await closed;
  }

  #accept(client) {
    this.connections++;
    const line = new Line(client, net.connect({ port: this.#target(), host: '127.0.0.1', noDelay: true }), {
      isRequest: (chunk, first) => (this.#sealed ? first : chunk.toString('latin1', 0, 4) === 'GET '),
      deal: () => {
        this.requests++;
        return this.#cards.shift();
      },
      played: (cut) => this.cuts.push(cut),
      // A connection that ended by itself leaves its card for the next one.
      ended: (card) => {
        this.#lines.delete(line);
        if (card !== undefined) {
          this.#cards.unshift({ ...card, afterBytes: Math.ceil(card.afterBytes / 2) });
        }
      },
    });
    this.#lines.add(line);
  }
}

/** One client's connection and its twin to the gateway. */
class Line {
  #client;
  #gateway;
  #table;
  #answer = Buffer.alloc(0);
  #passed = 0;
  #request = '';
  #timer;
  #over = false;
  #asked = false;
  card;

  constructor(client, gateway, table) {
    this.#client = client;
    this.#gateway = gateway;
    this.#table = table;
    client.on('data', (chunk) => this.#onRequest(chunk));
    gateway.on('data', (chunk) => this.#onAnswer(chunk));
    for (const socket of [client, gateway]) {
      socket.on('error', () => {});
      socket.on('close', () => this.#onClose(socket));
    }
  }

  /** Ends it at once, playing no card. */
  drop() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#client.destroy();
    this.#gateway.destroy();
  }

  #onRequest(chunk) {
    // Only a GET is worth a card: a preflight that is cut says nothing about reading on.
    const first = !this.#asked;
    this.#asked = true;
    if (this.card === undefined && !this.#over && this.#table.isRequest(chunk, first)) {
      this.#request = chunk.toString('latin1', 0, 200).split('\r\n')[0].replaceAll(/[^ -~]+/g, '?');
      this.#answer = Buffer.alloc(0);
      this.#passed = 0;
      this.card = this.#table.deal();
      if (this.card !== undefined) {
        // A moment that does not come by itself is made to come.
        this.#timer = setTimeout(() => this.#cut(), this.card.kind === 'time' ? 1000 : 3000);
      }
    }
    this.#gateway.write(chunk);
  }

  #onAnswer(chunk) {
    if (this.#over) {
      return;
    }
    if (this.card === undefined) {
      this.#client.write(chunk);
      return;
    }
    const first = this.#answer.length === 0;
    this.#answer = Buffer.concat([this.#answer, chunk]);
    const end = cutAt(this.card, this.#answer);
    if (end >= 0) {
      this.#over = true;
      // A reset on the heels of the last bytes looks like an end to clients on libuv: let them be read first, by one in this
      // process too, however late the timer is.
      const cut = () => setImmediate(() => this.card && this.#cut());
      this.#client.write(this.#answer.subarray(this.#passed, end), () => setTimeout(cut, 2));
      this.#passed = end;
      return;
    }
    this.#client.write(chunk);
    this.#passed = this.#answer.length;
    if (first && this.card.kind === 'time') {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#cut(), this.card.afterMs);
    }
  }

  #cut() {
    const { kind, how, lingerMs } = this.card;
    const exact = this.#over || kind === 'time';
    this.card = undefined;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#table.played({ kind, how, exact, bytes: this.#passed, request: this.#request });
    if (how === 'reset') {
      this.#client.resetAndDestroy();
    } else {
      this.#client.destroySoon();
    }
    this.#timer = setTimeout(() => this.#gateway.destroy(), lingerMs);
  }

  #onClose(socket) {
    // Where a cut is on its way, the gateway's end changes nothing; the client's does.
    const uncut = this.card !== undefined && socket === this.#client;
    if (!this.#over || uncut) {
      this.#over = true;
      clearTimeout(this.#timer);
      this.#client.destroySoon();
      this.#gateway.destroy();
    }
    if (this.#client.destroyed && this.#gateway.destroyed) {
      const card = this.card;
      this.card = undefined;
      this.#table.ended(card);
    }
  }
}
