/** Models of banks and of pushes that are told the whole list. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkLinearizable, type Operation } from '../../src/harness/check.js';

const test = suite('models');

type Draft = Partial<Operation> & Pick<Operation, 'op'>;
const operation = (callNs: number, returnNs: number | null, draft: Draft): Operation => ({
  client: 0,
  key: 'k',
  ok: returnNs === null ? 'unknown' : true,
  callNs,
  returnNs,
  ...draft,
});
const verdict = (...history: Operation[]): string => checkLinearizable(history).verdict;

const opened = operation(0, 1, { op: 'open', value: ['a=10', 'b=0'], output: true });
const transfer = (callNs: number, returnNs: number | null, amount: number, output = true): Operation =>
  operation(callNs, returnNs, { op: 'transfer', value: ['a', 'b', String(amount)], output });
const balances = (callNs: number, a: number, b: number): Operation =>
  operation(callNs, callNs + 1, { op: 'balances', output: [`a=${a}`, `b=${b}`] });

test('money moves whole', () => {
  assert.is(verdict(opened, transfer(2, 3, 4), balances(4, 6, 4)), 'linearizable');
  assert.is(verdict(opened, transfer(2, 3, 4), balances(4, 6, 0)), 'not-linearizable');
  assert.is(verdict(opened, transfer(2, 3, 4), balances(4, 10, 0)), 'not-linearizable');
});

test('the same money is not spent twice', () => {
  assert.is(verdict(opened, transfer(2, 9, 8), transfer(3, 8, 8)), 'not-linearizable');
  assert.is(verdict(opened, transfer(2, 9, 8), transfer(3, 8, 8, false)), 'linearizable');
});

test('a transfer refused for want of money must have met too little', () => {
  assert.is(verdict(opened, transfer(2, 3, 4, false)), 'not-linearizable');
  assert.is(verdict(transfer(2, 3, 4, false)), 'linearizable', 'there is no bank');
});

test('an unknown transfer moves once or never', () => {
  const unknown = transfer(2, null, 4);
  assert.is(verdict(opened, unknown, balances(4, 10, 0), balances(6, 6, 4)), 'linearizable');
  assert.is(verdict(opened, unknown, balances(4, 6, 4), balances(6, 10, 0)), 'not-linearizable');
  assert.is(verdict(opened, unknown, balances(4, 2, 8)), 'not-linearizable');
});

test('a bank is opened once', () => {
  const again = operation(5, 6, { op: 'open', value: ['a=10', 'b=0'], output: false });
  assert.is(verdict(opened, again), 'linearizable');
  assert.is(verdict(again), 'not-linearizable');
  assert.is(verdict(opened, { ...again, output: true }), 'not-linearizable');
});

test('a push that was told the list must be its last element, once', () => {
  const first = operation(0, 1, { op: 'rpush', value: ['x'], output: 1 });
  const push = (output: readonly string[]): Operation =>
    operation(2, 3, { op: 'rpush', value: ['y'], output });
  assert.is(verdict(first, push(['x', 'y'])), 'linearizable');
  assert.is(verdict(first, push(['y'])), 'not-linearizable');
  assert.is(verdict(first, push(['x', 'y', 'y'])), 'not-linearizable');
  assert.is(verdict(first, push(['x'])), 'not-linearizable');
});

test.run();
