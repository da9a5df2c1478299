/**
 * The building blocks of the store, each against a plain model.
 *
 * @module
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashBytes, hashText, RADIX, RADIX_INVERSE } from '../../src/kv/content-hash.js';
import { Entry } from '../../src/kv/entry.js';
import { ExpiryHeap } from '../../src/kv/expiry-heap.js';
import { HashValue } from '../../src/kv/hash-value.js';
import { ListValue } from '../../src/kv/list-value.js';
import { SetValue } from '../../src/kv/set-value.js';

const latin1 = fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes).toString('latin1'));

test('the hash of a concatenation follows from its parts, for texts and for bytes', () => {
  const property = fc.property(latin1, latin1, (a, b) => {
    const whole = hashText(a + b);
    assert.is(hashText(b, hashText(a)), whole);
    const bytes = Buffer.from(a + b, 'latin1');
    const half = hashBytes(bytes, 0, a.length);
    assert.is(hashBytes(bytes, a.length, bytes.length, half), whole);
  });
  fc.assert(property);
  assert.is(Math.imul(RADIX, RADIX_INVERSE), 1);
});

test('one changed byte always changes the hash', () => {
  const at = fc.nat({ max: 39 });
  const property = fc.property(fc.uint8Array({ minLength: 40, maxLength: 40 }), at, (bytes, i) => {
    const before = hashBytes(bytes, 0, bytes.length);
    const changed = bytes.slice();
    changed[i] = (changed[i] ?? 0) ^ 1;
    assert.is.not(hashBytes(changed, 0, bytes.length), before);
  });
  fc.assert(property);
});

test('a list behaves as an array, and its hash depends on its content only', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('pushHead', 'pushTail'), item: latin1 }),
    fc.record({ kind: fc.constantFrom('popHead', 'popTail'), item: fc.constant('') }),
  );
  const property = fc.property(fc.array(step, { maxLength: 120 }), steps => {
    const list = new ListValue();
    const model: string[] = [];
    for (const { kind, item } of steps) {
      if (kind === 'pushHead') {
        list.pushHead(item);
        model.unshift(item);
      } else if (kind === 'pushTail') {
        list.pushTail(item);
        model.push(item);
      } else if (kind === 'popHead') assert.is(list.popHead(), model.shift());
      else assert.is(list.popTail(), model.pop());
    }
    assert.equal(list.slice(0, list.length), model);
    assert.is(list.byteSize, model.join('').length);
    const rebuilt = new ListValue();
    for (const item of model) rebuilt.pushTail(item);
    assert.is(list.contentHash, rebuilt.contentHash);
    assert.is(list.copy().contentHash, rebuilt.contentHash);
  });
  fc.assert(property, { numRuns: 300 });
});

test('lists of the same items in another order have another hash', () => {
  const list = new ListValue();
  const reversed = new ListValue();
  for (const item of ['a', 'b', 'c']) {
    list.pushTail(item);
    reversed.pushHead(item);
  }
  assert.is.not(list.contentHash, reversed.contentHash);
});

test('the hash of a hash or set depends on its content only', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.record({ remove: fc.boolean(), name, value: latin1 });
  const property = fc.property(fc.array(step, { maxLength: 60 }), steps => {
    const hash = new HashValue();
    const set = new SetValue();
    const model = new Map<string, string>();
    for (const { remove, name: field, value } of steps) {
      if (remove) {
        assert.is(hash.delete(field), model.has(field));
        assert.is(set.delete(field), model.delete(field));
      } else {
        assert.is(hash.set(field, value), !model.has(field));
        assert.is(set.add(field), !model.has(field));
        model.set(field, value);
      }
    }
    const freshHash = new HashValue();
    const freshSet = new SetValue();
    for (const [field, value] of [...model].reverse()) {
      freshHash.set(field, value);
      freshSet.add(field);
    }
    assert.equal([...hash.entries()], [...model]);
    assert.equal([...set.values()], [...model.keys()]);
    assert.is(hash.contentHash, freshHash.contentHash);
    assert.is(hash.byteSize, freshHash.byteSize);
    assert.is(set.contentHash, freshSet.contentHash);
    assert.is(set.byteSize, freshSet.byteSize);
  });
  fc.assert(property);
});

test('the heap gives entries up by deadline, whichever were taken out of its middle', () => {
  const item = fc.record({ deadline: fc.integer({ min: 1, max: 20 }), removed: fc.boolean() });
  const property = fc.property(fc.array(item, { maxLength: 60 }), items => {
    const heap = new ExpiryHeap();
    const entries = items.map(({ deadline }, i) => {
      const entry = new Entry(`k${i}`, '');
      entry.deadlineMs = deadline;
      heap.add(entry);
      return entry;
    });
    const kept = entries.filter((entry, i) => {
      if (items[i]?.removed === true) heap.remove(entry);
      return items[i]?.removed !== true;
    });
    const byDeadline = (a: Entry, b: Entry) => a.deadlineMs - b.deadlineMs || (a.key < b.key ? -1 : 1);
    const drained: string[] = [];
    for (let first = heap.first(); first !== undefined; first = heap.first()) {
      drained.push(first.key);
      heap.remove(first);
    }
    assert.equal(
      drained,
      kept.sort(byDeadline).map(entry => entry.key),
    );
  });
  fc.assert(property, { numRuns: 300 });
});

test.run();
