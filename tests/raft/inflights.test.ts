/** The window of messages under way, against a plain list. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Inflights } from '../../src/raft/inflights.js';
import { codeOf } from './single-node.js';

const inflights = suite('inflights');
const NO_LIMIT = Number.POSITIVE_INFINITY;

inflights('is full at the number of messages', () => {
  const window = new Inflights(2, NO_LIMIT);
  window.add(5, 10);
  assert.is(window.isFull, false);
  window.add(6, 10);
  assert.is(window.isFull, true);
  assert.is(
    codeOf(() => window.add(7, 1)),
    'invariant-violated',
  );
});

inflights('is full when its bytes reach the limit, whatever the last message added', () => {
  const window = new Inflights(100, 20);
  window.add(1, 19);
  assert.is(window.isFull, false);
  window.add(2, 50);
  assert.is(window.isFull, true);
  window.freeTo(1);
  assert.is(window.isFull, true);
  window.freeTo(2);
  assert.is(window.isFull, false);
});

inflights('an acknowledgement frees all messages up to it', () => {
  const window = new Inflights(10, NO_LIMIT);
  for (const index of [3, 5, 9]) window.add(index, 1);
  window.freeTo(2);
  assert.is(window.count, 3);
  window.freeTo(6);
  assert.is(window.count, 1);
  window.clear();
  assert.is(window.count, 0);
  window.clear();
  assert.is(window.count, 0);
});

inflights('behaves as a list of messages, through any number of rounds', () => {
  const step = fc.record({ add: fc.nat(30), bytes: fc.nat(9), free: fc.integer({ min: -5, max: 40 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const window = new Inflights(200, 500);
      let model: { index: number; bytes: number }[] = [];
      let index = 0;
      for (const { add, bytes, free } of steps) {
        for (let added = 0; added < add && !window.isFull; added += 1) {
          index += 1;
          window.add(index, bytes);
          model.push({ index, bytes });
        }
        const to = (model[0]?.index ?? 0) + free;
        window.freeTo(to);
        model = model.filter(one => one.index > to);
        const total = model.reduce((sum, one) => sum + one.bytes, 0);
        assert.is(window.count, model.length);
        assert.is(window.isFull, model.length >= 200 || total >= 500);
      }
    }),
  );
});

inflights.run();
