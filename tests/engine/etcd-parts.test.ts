/**
 * The parts of the etcd engine that need no etcd: how values and deadlines lie there, what goes into one transaction,
 * who waits for whom, and what is certain after a failure.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  deadlineOfLease,
  leaseOfDeadline,
  MAX_DEADLINE_MS,
  secondsToLive,
} from '../../src/engine/etcd/deadline-lease.js';
import { failureOf } from '../../src/engine/etcd/etcd-failure.js';
import { KeyRange } from '../../src/engine/etcd/key-range.js';
import { KeyTurns } from '../../src/engine/etcd/key-turns.js';
import { KEYSPACE_COMMANDS, NOT_OFFERED } from '../../src/engine/etcd/offer.js';
import { type PlannedStep, stepsOf } from '../../src/engine/etcd/plan.js';
import { ScanCursors } from '../../src/engine/etcd/scan-cursors.js';
import { decodeValue, encodeValue } from '../../src/engine/etcd/value-format.js';
import { appendCommand } from '../../src/kv/admission.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { batchOf, recordsOf } from '../../src/kv/batch-records.js';
import { COMMANDS, commandNamed } from '../../src/kv/commands/table.js';
import type { Value } from '../../src/kv/entry.js';
import { HashValue } from '../../src/kv/hash-value.js';
import { ListValue } from '../../src/kv/list-value.js';
import { SetValue } from '../../src/kv/set-value.js';

const test = suite('parts of the etcd engine');
const MARK = '\0raftkv\0';

const bytes = fc.uint8Array({ maxLength: 40 }).map(given => Buffer.from(given).toString('latin1'));
/** Also what could be mistaken for one of our forms. */
const text = fc.oneof(
  bytes,
  bytes.map(tail => `${MARK}${tail}`),
  bytes.map(tail => `${MARK}l${tail}`),
);

function contentOf(value: Value): unknown {
  if (typeof value === 'string') return value;
  if (value.type === 'list') return { list: value.slice(0, value.length) };
  return value.type === 'hash' ? { hash: [...value.entries()] } : { set: [...value.values()] };
}

test('every string comes back, and lies there as its bytes unless it begins with the mark', () => {
  fc.assert(
    fc.property(text, value => {
      const stored = encodeValue(value);
      assert.is(decodeValue(stored), value);
      if (!value.startsWith(MARK)) assert.equal(stored, Buffer.from(value, 'latin1'));
    }),
  );
});

test('lists, hashes and sets come back with their order', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), texts => {
      const [list, hash, set] = [new ListValue(), new HashValue(), new SetValue()];
      for (const [at, item] of texts.entries()) {
        list.pushTail(item);
        hash.set(item, texts[texts.length - 1 - at] ?? '');
        set.add(item);
      }
      for (const value of [list, hash, set]) {
        assert.equal(contentOf(decodeValue(encodeValue(value))), contentOf(value));
      }
    }),
  );
});

test('whatever is not exactly one of our forms is a string of these bytes', () => {
  const tail = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    // A count and lengths that may fit.
    fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 65), { maxLength: 24 }).map(given => Uint8Array.from(given)),
  );
  fc.assert(
    fc.property(tail, fc.constantFrom('l', 'h', 's', 'S', `S${MARK}`, 'x', ''), (rest, type) => {
      const stored = Buffer.concat([Buffer.from(`${MARK}${type}`, 'latin1'), rest]);
      const value = decodeValue(stored);
      if (value !== stored.toString('latin1')) assert.equal(encodeValue(value), stored);
    }),
    { numRuns: 2_000 },
  );
});

test('a lease carries its deadline to the millisecond, and no other lease looks like one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_DEADLINE_MS }), deadlineMs => {
      const lease = leaseOfDeadline(deadlineMs);
      assert.is(deadlineOfLease(lease), deadlineMs);
      assert.ok(BigInt(lease) > 0n && BigInt(lease) < 2n ** 63n);
    }),
  );
  for (const foreign of ['1', '-5', '7587862094290526495', '9223372036854775807']) {
    assert.is(deadlineOfLease(foreign), null);
  }
});

test('etcd removes a key after its deadline, not before', () => {
  for (const leftMs of [-5000, 0, 1, 999, 1000, 1001, 3_600_000]) {
    assert.ok(secondsToLive(1e12 + leftMs, 1e12) * 1000 >= leftMs + 1000, `${leftMs} ms left`);
  }
});

test('a range holds exactly the keys that begin so', () => {
  const keys = ['', 'a', 'a\0', 'a\xff', 'a\xff\xff', 'ab', 'b', '\xff', '\xff\xff', '\0'];
  for (const prefix of ['', 'p/', '\xff', 'p\xff\xff']) {
    const range = new KeyRange(prefix);
    for (const start of keys) {
      const { key, range_end } = range.beginningWith(start);
      for (const other of keys.filter(each => range.canHold(each))) {
        const stored = range.toEtcd(other);
        const isOpen = range_end.length === 1 && range_end[0] === 0;
        const isIn = key.compare(stored) <= 0 && (isOpen || stored.compare(range_end) < 0);
        assert.is(isIn, other.startsWith(start), JSON.stringify({ prefix, start, other }));
        assert.is(range.fromEtcd(stored), other);
      }
    }
  }
  assert.not(new KeyRange('').canHold(''));
});

function batch(lines: readonly (readonly string[])[]): Uint8Array {
  const builder = new BatchBuilder();
  for (const [name = '', ...args] of lines) {
    const command = commandNamed(name);
    if (command !== undefined) appendCommand(builder, command, args);
  }
  return builder.finish(0, 0, 0);
}

const planOf = (lines: readonly (readonly string[])[], maxOperations: number): PlannedStep[] =>
  stepsOf(recordsOf(batch(lines)), { range: new KeyRange('p/'), maxOperations });

test('neighbours share a transaction until their keys are too many', () => {
  const steps = planOf(
    [
      ['SET', 'a', '1'],
      ['GET', 'b'],
      ['INCR', 'a'],
      ['DEL', 'c', 'd'],
      ['SET', 'e', '1'],
    ],
    3,
  );
  assert.equal(
    steps.map(step => (step.kind === 'transaction' ? step.keys : step.kind)),
    [
      ['a', 'b'],
      ['c', 'd', 'e'],
    ],
  );
});

test('commands about all keys stand alone, and what is not offered is refused, in their places', () => {
  const steps = planOf(
    [
      ['SET', 'a', '1'],
      ['DBSIZE'],
      ['RANDOMKEY'],
      ['SET', 'b', '1'],
      ['MGET', 'a', 'b', 'c', 'd'],
      ['FLUSHALL'],
    ],
    3,
  );
  assert.equal(
    steps.map(({ kind }) => kind),
    ['transaction', 'keyspace', 'refused', 'transaction', 'refused', 'keyspace'],
  );
});

test('records of a batch make a batch of their own', () => {
  const whole = batch([
    ['SET', 'a', '1'],
    ['LPUSH', 'l', 'x', 'y'],
    ['GET', 'a'],
  ]);
  const records = recordsOf(whole);
  const part = recordsOf(batchOf(whole, records.slice(1, 2), 77));
  assert.equal(
    part.map(({ keys, commands }) => [keys, commands.map(({ command, args }) => [command?.name, args])]),
    [[['l'], [['lpush', ['l', 'x', 'y']]]]],
  );
});

test('those that share a key take turns, others do not wait', async () => {
  const turns = new KeyTurns();
  const log: string[] = [];
  const gates = new Map<string, () => void>();
  const take = (name: string, keys: readonly string[]) =>
    turns.take(keys, async () => {
      log.push(name);
      await new Promise<void>(resolve => gates.set(name, resolve));
      if (name === 'first') throw new Error('failed');
    });
  const first = take('first', ['a', 'b']);
  const second = take('second', ['b', 'c']);
  const third = take('third', ['c']);
  const alone = take('alone', ['d']);
  const turn = () => new Promise(resolve => setImmediate(resolve));
  await turn();
  assert.equal(log, ['first', 'alone']);
  gates.get('first')?.();
  await first.catch(() => undefined);
  await turn();
  assert.equal(log, ['first', 'alone', 'second']);
  gates.get('second')?.();
  await second;
  await turn();
  assert.equal(log, ['first', 'alone', 'second', 'third']);
  gates.get('third')?.();
  gates.get('alone')?.();
  await Promise.all([third, alone]);
});

test('the oldest cursor is forgotten when there are too many', () => {
  const cursors = new ScanCursors();
  const first = cursors.open('a');
  assert.is(cursors.find(first), 'a');
  assert.is(cursors.find('0'), null);
  for (let at = 0; at < 10_000; at++) cursors.open(String(at));
  assert.is(cursors.find(first), undefined);
});

test('only what etcd itself refused, or what never left, is certain', () => {
  const kinds: readonly (readonly [string, string])[] = [
    ['3 INVALID_ARGUMENT: etcdserver: request is too large', 'refused'],
    ['3 INVALID_ARGUMENT: etcdserver: too many operations in txn request', 'refused'],
    ['8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded', 'refused'],
    ['14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED', 'never-sent'],
    ['Lease 5 NOT_FOUND: etcdserver: requested lease not found is expired or revoked', 'lease-gone'],
    ['14 UNAVAILABLE: Connection dropped', 'unknown'],
    ['14 UNAVAILABLE: etcdserver: leader changed', 'unknown'],
    ['14 UNAVAILABLE: etcdserver: request timed out', 'unknown'],
    ['4 DEADLINE_EXCEEDED: Deadline exceeded after 1.500s', 'unknown'],
    ['13 INTERNAL: Received RST_STREAM with code 2', 'unknown'],
    ['1 CANCELLED: Cancelled', 'unknown'],
    ['2 UNKNOWN: something new', 'unknown'],
    ['8 RESOURCE_EXHAUSTED: something else', 'unknown'],
  ];
  for (const [message, kind] of kinds) assert.is(failureOf(new Error(message)).code, kind, message);
});

test('docs/engines.md names every command that is not offered, or that etcd serves in another way', () => {
  const page = readFileSync(new URL('../../../docs/engines.md', import.meta.url), 'utf8');
  for (const [name, why] of NOT_OFFERED) {
    assert.ok(commandNamed(name) !== undefined, `${name} is no command`);
    assert.ok(page.includes(`| \`${name.toUpperCase()}\` | ${why} |`), `${name} is not in docs/engines.md`);
  }
  for (const name of KEYSPACE_COMMANDS) assert.ok(page.includes(`\`${name.toUpperCase()}\``), name);
});

test('every command of the table is offered by its keys, as one about all keys, or refused', () => {
  for (const { name, keys } of COMMANDS) {
    const isKnown = keys !== null || KEYSPACE_COMMANDS.has(name) || NOT_OFFERED.has(name);
    assert.ok(isKnown, `${name} has no keys, and nothing says how etcd serves it`);
  }
});

test.run();
