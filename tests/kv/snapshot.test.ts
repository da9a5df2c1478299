/**
 * Snapshots: the state at their beginning, exactly, whatever happens while they are taken; damage is noticed.
 *
 * @module
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KvError } from '../../src/kv/kv-error.js';
import { Restorer } from '../../src/kv/snapshot-restorer.js';
import { StateMachine } from '../../src/kv/state-machine.js';
import { randomCommands, seededDraw } from './random-commands.js';
import { Replica, takeChunks, type Words } from './replica.js';

function restored(chunks: readonly Uint8Array[]): StateMachine {
  const restorer = new Restorer();
  for (const chunk of chunks) restorer.push(chunk);
  const machine = new StateMachine();
  machine.restore(restorer.finish());
  return machine;
}

/** A store with everything in it: all types, large values, deadlines, sessions, several origins. */
function populated(seed: number): Replica {
  const replica = new Replica();
  replica.runAll(randomCommands(seed, 300));
  replica.runAll([
    ['set', 'large', 'x'.repeat(300_000)],
    ['set', 'volatile', 'v', 'px', '5000'],
    ['rpush', 'longlist', ...Array.from({ length: 5000 }, (_, i) => `item number ${i}`)],
    ['hset', 'longhash', ...Array.from({ length: 8000 }, (_, i) => `field or value ${i}`)],
    ['sadd', 'longset', ...Array.from({ length: 5000 }, (_, i) => `member number ${i}`)],
    ['raft.session'],
    ['raft.session'],
    ['raft.once', '2', '5', 'hgetall', 'longhash'],
    ['raft.once', '1', '7', 'incr', 'counter'],
    ['raft.once', '1', '8', 'incr', 'large'],
    ['raft.once', '1', '9', 'mget', 'volatile', 'nosuch'],
  ]);
  return replica;
}

const CONTINUATION: readonly Words[] = [
  ['raft.once', '1', '7', 'incr', 'counter'],
  ['raft.once', '2', '5', 'hgetall', 'longhash'],
  ['raft.session'],
  ['scan', '0', 'count', '4'],
  ['randomkey'],
  ['keys', '*'],
  ['lrange', 'longlist', '0', '5'],
  ['hkeys', 'longhash'],
  ['smembers', 'longset'],
  ['pttl', 'volatile'],
  ['raft.version', 'large', 'longlist', 'a'],
];

test('a restored state machine equals the original, and goes on as it does', () => {
  for (const chunkBytes of [100, 4096, 1_000_000, 1e9]) {
    const original = populated(1);
    const copy = new Replica();
    copy.machine.restore(restoredState(takeChunks(original.machine, chunkBytes)));
    assert.is(copy.machine.hash(), original.machine.hash());
    assert.is(copy.machine.byteSize, original.machine.byteSize);
    assert.is(copy.machine.lastApplied, original.machine.lastApplied);
    assert.is(copy.machine.nextExpiryMs(), original.machine.nextExpiryMs());
    const entry = lastEntryFor(original, CONTINUATION);
    assert.equal(copy.apply(entry.data).replies, entry.replies);
    assert.is(copy.machine.hash(), original.machine.hash());
    assert.is(copy.apply(entry.data).outcome, 'duplicate');
  }
});

function restoredState(chunks: readonly Uint8Array[]) {
  const restorer = new Restorer();
  for (const chunk of chunks) restorer.push(chunk);
  return restorer.finish();
}

/** Applies the commands as an entry, and keeps its bytes. */
function lastEntryFor(replica: Replica, commands: readonly Words[]) {
  let data = new Uint8Array(0);
  const finish = replica.builder.finish.bind(replica.builder);
  replica.builder.finish = (origin, epoch, sequence) => {
    const finished = finish(origin, epoch, sequence);
    data = new Uint8Array(finished);
    return finished;
  };
  const replies = replica.runAll(commands);
  return { data, replies };
}

test('no chunk is longer than asked for, and each owns its memory', () => {
  const { machine } = populated(2);
  const chunks = takeChunks(machine, 1000);
  assert.ok(chunks.length > 300);
  for (const [i, chunk] of chunks.entries()) {
    assert.ok(i === chunks.length - 1 ? chunk.length <= 1000 : chunk.length === 1000);
    assert.is(chunk.buffer.byteLength, chunk.byteLength);
  }
});

test('writes meanwhile do not show in the snapshot', () => {
  const touching: readonly Words[] = [
    ['rpush', 'longlist', 'late'],
    ['lpop', 'longlist', '3'],
    ['hset', 'longhash', 'late', 'late'],
    ['srem', 'longset', 'member number 17'],
    ['rename', 'longset', 'renamed'],
    ['sadd', 'renamed', 'late'],
    ['copy', 'longlist', 'copied'],
    ['del', 'volatile'],
    ['append', 'large', 'late'],
    ['raft.once', '1', '10', 'set', 'late', '1'],
    ['raft.session', 'close', '2'],
    ['raft.session'],
    ['flushall'],
    ['set', 'large', 'after the flush'],
    ['rpush', 'longlist', 'after the flush'],
  ];
  const property = fc.property(fc.nat(), fc.integer({ min: 200, max: 60_000 }), (seed, bytes) => {
    const draw = seededDraw(seed);
    const replica = populated(seed);
    const hash = replica.machine.hash();
    const index = replica.machine.lastApplied;
    const cursor = replica.machine.beginSnapshot();
    const chunks: Uint8Array[] = [];
    const pending = [...touching];
    for (;;) {
      const chunk = cursor.next(bytes);
      if (chunk === null) break;
      chunks.push(chunk);
      if (draw(3) > 0) replica.runAll(randomCommands(seed + chunks.length, 5));
      const words = pending[0];
      if (words !== undefined && draw(2) === 0) {
        replica.run(...words);
        pending.shift();
      }
      if (draw(20) === 0) replica.tick(draw(2000));
    }
    const machine = restored(chunks);
    assert.is(machine.hash(), hash);
    assert.is(machine.lastApplied, index);
    assert.is.not(replica.machine.hash(), hash);
  });
  fc.assert(property, { numRuns: 15, includeErrorInReport: true });
});

test('two replicas, one restored half-way, agree on every reply and hash', () => {
  const property = fc.property(fc.nat(), fc.nat({ max: 8 }), (seed, restoredAt) => {
    const original = new Replica();
    const copy = new Replica();
    for (let round = 0; round < 10; round++) {
      const commands = randomCommands(seed + 31 * round, 40);
      original.nowMs += 400_000;
      copy.nowMs = original.nowMs;
      assert.equal(copy.runAll(commands), original.runAll(commands));
      assert.is(copy.machine.hash(), original.machine.hash());
      assert.is(copy.machine.byteSize, original.machine.byteSize);
      if (round === restoredAt) {
        copy.machine.restore(restoredState(takeChunks(original.machine, 777)));
      }
    }
  });
  fc.assert(property, { numRuns: 60 });
});

test('any damaged byte is noticed', () => {
  const replica = new Replica();
  replica.runAll([['set', 'a', '1'], ['rpush', 'l', 'x', 'y'], ['raft.session']]);
  const [whole] = takeChunks(replica.machine, 1e9);
  if (whole === undefined) throw new Error('no chunk');
  for (let at = 0; at < whole.byteLength; at++) {
    const damaged = whole.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x41;
    const isNoticed = (error: unknown) =>
      error instanceof KvError && /^snapshot-(corrupt|format)$/.test(error.code);
    assert.throws(() => restored([damaged]), isNoticed, `byte ${at}`);
  }
});

test('a missing, repeated or misplaced part is noticed', () => {
  const chunks = takeChunks(populated(3).machine, 50_000);
  const isCorrupt = (error: unknown) =>
    error instanceof KvError && /^snapshot-(corrupt|format)$/.test(error.code);
  const [first, second, ...rest] = chunks;
  if (first === undefined || second === undefined) throw new Error('too few chunks');
  assert.throws(() => restored([]), isCorrupt);
  assert.throws(() => restored(chunks.slice(0, -1)), isCorrupt);
  assert.throws(() => restored(chunks.slice(1)), isCorrupt);
  assert.throws(() => restored([first, ...rest]), isCorrupt);
  assert.throws(() => restored([second, first, ...rest]), isCorrupt);
  assert.throws(() => restored([...chunks, first]), isCorrupt);
  assert.is(restored(chunks).hash(), populated(3).machine.hash());
});

test('one snapshot at a time; a closed one makes room and is of no more use', () => {
  const { machine } = populated(4);
  const isCode = (code: string) => (error: unknown) => error instanceof KvError && error.code === code;
  const first = machine.beginSnapshot();
  assert.throws(() => machine.beginSnapshot(), isCode('snapshot-in-progress'));
  first.next(1000);
  first.close();
  assert.throws(() => first.next(1000), isCode('snapshot-abandoned'));
  assert.is(restored(takeChunks(machine, 10_000)).hash(), machine.hash());
});

test('restoring closes a snapshot in progress', () => {
  const replica = populated(5);
  const chunks = takeChunks(populated(6).machine, 1e9);
  const cursor = replica.machine.beginSnapshot();
  replica.machine.restore(restoredState(chunks));
  const isAbandoned = (error: unknown) => error instanceof KvError && error.code === 'snapshot-abandoned';
  assert.throws(() => cursor.next(1000), isAbandoned);
  assert.is(restored(takeChunks(replica.machine, 1e9)).hash(), replica.machine.hash());
});

test('an empty state machine has a snapshot too', () => {
  const machine = new StateMachine();
  const copy = restored(takeChunks(machine, 10));
  assert.is(copy.hash(), machine.hash());
  assert.is(copy.lastApplied, 0);
});

test('a grown store begins a snapshot at once', () => {
  const replica = new Replica();
  for (let batch = 0; batch < 100; batch++) {
    const commands = Array.from({ length: 1000 }, (_, i) => ['set', `key:${batch}:${i}`, 'v']);
    replica.runAll(commands);
  }
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 20; attempt++) {
    const started = process.hrtime.bigint();
    const cursor = replica.machine.beginSnapshot();
    shortestMs = Math.min(shortestMs, Number(process.hrtime.bigint() - started) / 1e6);
    assert.ok(cursor.waitingBytes < 1000);
    cursor.close();
  }
  // It does not depend on the number of keys; the shortest time leaves out what else the machine does.
  assert.ok(shortestMs < 5, `${shortestMs} ms for 100,000 keys`);
});

test.run();
