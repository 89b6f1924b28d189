// The numbered stream: event n is text that only n can have, so that a mixed-up or cut event is seen too.

/** The data of event `n`: its number and a padding whose length depends on it; every seventh has two lines. */
export function dataOf(n) {
  const padding = String.fromCharCode(97 + (n % 26)).repeat((n * 37) % 193);
  return n % 7 === 0 ? `${n}\n${padding}.` : `${n} ${padding}.`;
}

/** The number in `data`, or NaN if no event has this data. */
export function numberOf(data) {
  const n = Number.parseInt(data, 10);
  return dataOf(n) === data ? n : NaN;
}
