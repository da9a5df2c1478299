/** A node is called often when a window of 100 ms saw 50 calls; a window ends with the first call after it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CallRate } from '../../src/runtime/call-rate.js';

const test = suite('call rate');

/** Calls at an interval over a time, after `fromMs`. @returns the last answer */
function call(rate: CallRate, fromMs: number, intervalMs: number, lastingMs: number): boolean {
  let answer = false;
  for (let ms = fromMs; ms < fromMs + lastingMs; ms += intervalMs) answer = rate.called(ms);
  return answer;
}

test('a first call is not often', () => {
  assert.is(new CallRate().called(5_000), false);
});

test('501 calls a second are often after a window and a call', () => {
  const rate = new CallRate();
  assert.is(call(rate, 0, 1_000 / 501, 99), false);
  assert.is(rate.called(100), true);
});

test('499 calls a second never are', () => {
  assert.is(call(new CallRate(), 0, 1_000 / 499, 10_000), false);
});

test('many at once every other second are not: the silence counts', () => {
  const rate = new CallRate();
  for (let second = 0; second < 20; second += 2) assert.is(call(rate, second * 1_000, 0.1, 50), false);
});

test('it ends with the first window that had fewer', () => {
  const rate = new CallRate();
  assert.is(call(rate, 0, 1, 1_000), true);
  assert.is(call(rate, 1_000, 10, 250), false);
});

test.run();
