// What a reader of the numbered stream must see: 1, 2, 3, … each once, in order, and no gap that is not allowed.
import assert from 'node:assert/strict';
import { numberOf } from './numbers.mjs';

export class Checker {
  #faults = [];
  #trail = [];
  #allowed;

  /** The last number that came in its turn. */
  last = 0;
  gaps = [];

  /** `gaps`: reasons of gaps that are allowed, each once, in this order. */
  constructor({ gaps = [] } = {}) {
    this.#allowed = [...gaps];
  }

  /** An event came; returns its number. */
  event(data) {
    const n = numberOf(data);
    this.#note(`${n}`);
    if (Number.isNaN(n)) {
      this.#fault(`damaged: no event has the data ${JSON.stringify(data)}`);
    } else if (n === this.last + 1) {
      this.last = n;
    } else if (n > this.last + 1) {
      this.#fault(`lost: ${this.last + 1} to ${n - 1} did not come before ${n}`);
      this.last = n;
    } else if (n === this.last) {
      this.#fault(`repeated: ${n} came twice`);
    } else {
      this.#fault(`repeated or out of order: ${n} came after ${this.last}`);
    }
    return n;
  }

  /** A gap was told. */
  gap(reason) {
    this.#note(`gap ${reason}`);
    this.gaps.push(reason);
    if (this.#allowed.shift() !== reason) {
      this.#fault(`unexpected gap: ${reason}`);
    }
  }

  /** The client is as it must not be, in its own words. */
  fail(words) {
    this.#fault(`client: ${words}`);
  }

  /** Something for the trail that a failure shows: a reconnect, say. */
  note(words) {
    this.#note(words);
  }

  get failed() {
    return this.#faults.length > 0;
  }

  /** Fails unless exactly 1 to `count` came and every allowed gap was told. */
  verify(count) {
    if (this.last !== count) {
      this.#fault(`lost: the last event is ${this.last} of ${count}`);
    }
    if (this.#allowed.length > 0) {
      this.#fault(`untold: no gap ${this.#allowed.join(', ')}`);
    }
    assert.equal(this.#faults.length, 0, this.#faults.slice(0, 10).join('\n'));
  }

  #fault(words) {
    this.#faults.push(`${words}\n  (before it: ${this.#trail.slice(-12).join(' · ')})`);
  }

  #note(words) {
    this.#trail.push(words);
    if (this.#trail.length > 200) {
      this.#trail.splice(0, 100);
    }
  }
}
