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

  /** Publishes until {@link stop}. A publish that fails fails the stop, unless `patienceMs` is left to repeat it. */
  start({ everyMs = 15, most = 20_000, patienceMs = 0 } = {}) {
    this.#running = this.#run(everyMs, most, patienceMs);
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

  async #run(everyMs, most, patienceMs) {
    while (!this.#stop && this.count < most) {
      if (patienceMs > 0) {
        await this.#insist(patienceMs);
      } else {
        await this.publish();
      }
      await delay(everyMs);
    }
  }

  /** Publishes the next until it is acknowledged, under one id, so that it is appended once. */
  async #insist(patienceMs) {
    const n = this.count + 1;
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        await this.#gateway.publish(this.#channel, dataOf(n), n);
        this.count = n;
        return;
      } catch (error) {
        if (performance.now() > deadline) {
          throw error;
        }
        await delay(50);
      }
    }
  }
}
