// Chance that can be had again: every random choice of the bed comes from one seed, which each test prints and
// which SLUICE_E2E_SEED gives back.

/** The seed of this run. */
export const seed = process.env.SLUICE_E2E_SEED ?? String(Math.floor(Math.random() * 2 ** 32));

/** A generator of its own for one purpose, so that a test run alone draws what it drew among the others. */
export function randomFor(purpose) {
  let state = hash(`${seed}/${purpose}`);
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound) => Math.floor(next() * bound);
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    pick: (list) => list[below(list.length)],
    shuffled(list) {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
  };
}

function hash(text) {
  let h = 0x811c9dc5;
  for (const char of text) {
    h = Math.imul(h ^ char.codePointAt(0), 0x01000193);
  }
  return h;
}
