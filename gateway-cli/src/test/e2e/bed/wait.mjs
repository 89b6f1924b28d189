// Bounded waiting.
import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `condition()` holds; after `seconds` fails with `what` it waited for and `state()`. */
export async function until(what, condition, { seconds = 60, state = () => '' } = {}) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${seconds} s for ${what}; ${await state()}`);
    }
    await delay(20);
  }
}
