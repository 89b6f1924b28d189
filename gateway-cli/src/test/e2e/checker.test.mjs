// The bed's own test: a checker that never fails proves nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Checker } from './bed/checker.mjs';
import { dataOf, numberOf } from './bed/numbers.mjs';

/** The checker's verdict on a reader that saw this, of a stream of `count` events. */
function verdict(seen, count, options) {
  const checker = new Checker(options);
  for (const item of seen) {
    if (typeof item === 'number') {
      checker.event(dataOf(item));
    } else {
      checker.gap(item);
    }
  }
  return () => checker.verify(count);
}

test('passes all events in order, once', () => verdict([1, 2, 3, 4], 4)());

test('fails on a loss in the middle', () => assert.throws(verdict([1, 2, 4], 4), /lost: 3 to 3 did not come before 4/));

test('fails on a loss at the start', () => assert.throws(verdict([2, 3], 3), /lost: 1 to 1/));

test('fails on a loss at the end', () => assert.throws(verdict([1, 2], 3), /the last event is 2 of 3/));

test('fails on a repeat', () => assert.throws(verdict([1, 2, 2, 3], 3), /repeated: 2 came twice/));

test('fails on an older event that comes again', () => assert.throws(verdict([1, 2, 3, 1], 3), /1 came after 3/));

test('fails on disorder', () => assert.throws(verdict([1, 3, 2], 3), /lost: 2 to 2[^]*out of order: 2 came after 3/));

test('fails on an event that was never published', () => assert.throws(verdict([1, 2, 3], 2), /last event is 3 of 2/));

test('fails on a gap that nobody allowed', () => assert.throws(verdict([1, 'trimmed', 2], 2), /unexpected gap: trimmed/));

test('fails on an allowed gap told twice', () =>
  assert.throws(verdict([1, 'epoch', 'epoch', 2], 2, { gaps: ['epoch'] }), /unexpected gap: epoch/));

test('fails on an allowed gap with another reason', () =>
  assert.throws(verdict([1, 'unknown', 2], 2, { gaps: ['epoch'] }), /unexpected gap: unknown/));

test('fails on a gap that was never told', () =>
  assert.throws(verdict([1, 2], 2, { gaps: ['epoch'] }), /untold: no gap epoch/));

test('passes a gap that is allowed', () => verdict([1, 'epoch', 2], 2, { gaps: ['epoch'] })());

test('fails on what the client itself reports', () => {
  const checker = new Checker();
  checker.fail('closed for good');
  assert.throws(() => checker.verify(0), /client: closed for good/);
});

test('fails on damaged data', () => {
  const checker = new Checker();
  checker.event(dataOf(1).slice(0, -1));
  assert.throws(() => checker.verify(1), /damaged/);
});

test('knows each event by its data alone', () => {
  for (let n = 1; n < 1000; n++) {
    assert.equal(numberOf(dataOf(n)), n);
    assert.ok(Number.isNaN(numberOf(`${dataOf(n)}x`)));
  }
});
