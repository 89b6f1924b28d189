// Publishes the numbered stream at a bounded rate through the publish listener.
import { setTimeout as delay } from 'node:timers/promises';
import { dataOf } from './numbers.mjs';

export class Publisher {
  #gateway;
  #channel;
  #running;
  #stop = false;

  /** How many events have been acknowledged. */
  count = 0;

  constructor(gateway, channel) {
    this.#gateway = gateway;
    this.#channel = channel;
  }

  /** Publishes until {@link stop}. A publish that fails fails the stop. */
  start({ everyMs = 15, most = 20_000 } = {}) {
    this.#running = this.#run(everyMs, most);
    this.#running.catch(() => {});
  }

  /** Publishes the next `many`, one after the other. */
  async publish(many = 1) {
    for (let i = 0; i < many; i++) {
      await this.#gateway.publish(this.#channel, dataOf(this.count + 1));
      this.count++;
    }
  }

  /** Stops; returns how many there are. */
  async stop() {
    this.#stop = true;
    await this.#running;
    return this.count;
  }

  async #run(everyMs, most) {
    while (!this.#stop && this.count < most) {
      await this.publish();
      await delay(everyMs);
    }
  }
}
