/**
 * The state machine: log time, duplicates, transactions, sessions, reads.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeTimeTick, FIRST_COMMAND_OPCODE, OPCODE_ONCE, stampTime } from '../../src/kv/batch.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { COMMANDS } from '../../src/kv/commands/table.js';
import { WINDOW_BATCHES } from '../../src/kv/duplicates.js';
import { KvError } from '../../src/kv/kv-error.js';
import { NULL_ARRAY, OK } from '../../src/kv/reply.js';
import {
  MAX_RESULT_BYTES_PER_SESSION,
  MAX_RESULTS_PER_SESSION,
  MAX_SESSIONS,
  SESSION_IDLE_MS,
} from '../../src/kv/sessions.js';
import { StateMachine } from '../../src/kv/state-machine.js';
import { appendWords, Replica, START_MS } from './replica.js';

function batchOf(origin: number, epoch: number, sequence: number): Uint8Array {
  const builder = new BatchBuilder();
  appendWords(builder, ['incr', 'n']);
  return builder.finish(origin, epoch, sequence);
}

function errorText(reply: unknown): string {
  return typeof reply === 'object' && reply !== null && 'text' in reply ? String(reply.text) : '';
}

test('opcodes are on disks: each one keeps its meaning', () => {
  const pinned =
    'get 16 set 17 setnx 18 setex 19 psetex 20 getset 21 getdel 22 getex 23 append 24 strlen 25 getrange 26 ' +
    'substr 27 setrange 28 mget 29 mset 30 msetnx 31 incr 32 decr 33 incrby 34 decrby 35 incrbyfloat 36 setbit 48 ' +
    'getbit 49 bitcount 50 lcs 52 del 64 unlink 65 exists 66 touch 67 type 68 rename 69 renamenx 70 copy 71 object 72 ' +
    'memory 73 expire 80 pexpire 81 expireat 82 pexpireat 83 ttl 84 pttl 85 expiretime 86 pexpiretime 87 persist 88 ' +
    'keys 96 scan 97 randomkey 98 dbsize 112 flushall 113 flushdb 114 lpush 128 rpush 129 lpop 130 rpop 131 llen 132 ' +
    'lrange 133 lindex 134 hset 144 hget 145 hdel 146 hgetall 147 hincrby 148 hlen 149 hexists 150 hkeys 151 ' +
    'hvals 152 hmget 153 sadd 160 srem 161 smembers 162 sismember 163 scard 164 raft.once 2 raft.session 1000 ' +
    'raft.version 1001';
  const words = pinned.split(' ');
  for (let i = 0; i < words.length; i += 2) {
    const command = COMMANDS.find(({ name }) => name === words[i]);
    assert.is(command?.opcode, Number(words[i + 1]), words[i]);
  }
  assert.ok(COMMANDS.every(({ opcode }) => opcode === OPCODE_ONCE || opcode >= FIRST_COMMAND_OPCODE));
  assert.is(words.length / 2, COMMANDS.length, 'a new opcode is pinned here too');
  assert.is(new Set(COMMANDS.map(({ opcode }) => opcode)).size, COMMANDS.length);
  assert.is(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length);
});

test('entries are applied in order, without gaps and only once', () => {
  const machine = new StateMachine();
  assert.is(machine.apply(1, 1, new Uint8Array(0)).outcome, 'empty');
  const isGap = (error: unknown) => error instanceof KvError && error.code === 'index-not-next';
  assert.throws(() => machine.apply(1, 1, new Uint8Array(0)), isGap);
  assert.throws(() => machine.apply(3, 1, new Uint8Array(0)), isGap);
  assert.is(machine.lastApplied, 1);
});

test('log time never goes back', () => {
  const replica = new Replica();
  replica.apply(encodeTimeTick(500));
  replica.apply(encodeTimeTick(400));
  assert.is(replica.machine.logTimeMs, 500);
});

test('a key expires by log time, frees its space, and tells when it is due', () => {
  const replica = new Replica();
  replica.run('set', 'a', 'x'.repeat(1000), 'px', '100');
  replica.run('set', 'b', '1');
  assert.is(replica.machine.nextExpiryMs(), START_MS + 100);
  replica.tick(99);
  assert.is(replica.read('exists', 'a'), 1);
  replica.tick(1);
  assert.is(replica.read('exists', 'a'), 0);
  assert.is(replica.machine.keyCount, 1);
  assert.is(replica.machine.byteSize, 2);
  assert.is(replica.machine.nextExpiryMs(), null);
});

test('many keys due at once are removed in portions, and none of them is seen meanwhile', () => {
  const replica = new Replica();
  const keys = Array.from({ length: 2500 }, (_, i) => ['set', `k${i}`, 'v', 'px', '10']);
  replica.runAll(keys);
  replica.tick(10);
  assert.is(replica.machine.keyCount, 1500);
  assert.equal(replica.read('keys', '*'), []);
  assert.is(replica.read('get', 'k2000'), null);
  assert.is(replica.machine.nextExpiryMs(), START_MS + 10);
  assert.is(replica.run('set', 'k2499', 'again', 'nx'), OK);
  replica.tick(0);
  assert.equal(replica.read('keys', '*'), ['k2499']);
});

test('the reader’s clock counts a TTL down but expires nothing', () => {
  const replica = new Replica();
  replica.run('set', 'a', '1', 'px', '5000');
  assert.is(replica.machine.readWords(['pttl', 'a'], START_MS + 2000), 3000);
  assert.is(replica.machine.readWords(['pttl', 'a'], START_MS + 9000), 0);
  assert.is(replica.machine.readWords(['get', 'a'], START_MS + 9000), '1');
});

test('a batch that comes twice is executed once', () => {
  const replica = new Replica();
  assert.is(replica.apply(batchOf(5, 1, 1)).outcome, 'applied');
  const again = replica.apply(batchOf(5, 1, 1));
  assert.is(again.outcome, 'duplicate');
  assert.is(again.replies.length, 0);
  assert.is(replica.read('get', 'n'), '1');
});

test('batches of one origin may come out of order within the window', () => {
  const replica = new Replica();
  for (const sequence of [3, 1, 2, 900, 800]) {
    assert.is(replica.apply(batchOf(5, 1, sequence)).outcome, 'applied', `sequence ${sequence}`);
  }
  for (const sequence of [800, 1, 900, 2]) {
    assert.is(replica.apply(batchOf(5, 1, sequence)).outcome, 'duplicate', `sequence ${sequence}`);
  }
  assert.is(replica.apply(batchOf(5, 1, 899)).outcome, 'applied');
});

test('a batch older than the window, or of an earlier life of its origin, is refused', () => {
  const replica = new Replica();
  replica.apply(batchOf(5, 2, WINDOW_BATCHES + 1));
  assert.is(replica.apply(batchOf(5, 2, 1)).outcome, 'duplicate');
  assert.is(replica.apply(batchOf(5, 2, 2)).outcome, 'applied');
  assert.is(replica.apply(batchOf(5, 1, 50)).outcome, 'duplicate');
  assert.is(replica.apply(batchOf(6, 1, 50)).outcome, 'applied');
  assert.is(replica.apply(batchOf(5, 3, 2)).outcome, 'applied');
  replica.apply(batchOf(5, 3, 2 + 5 * WINDOW_BATCHES));
  assert.is(replica.apply(batchOf(5, 3, 5 * WINDOW_BATCHES)).outcome, 'applied');
});

test('a transaction is one reply, and an error in it undoes nothing, as in Redis', () => {
  const replica = new Replica();
  replica.builder.openGroup([]);
  appendWords(replica.builder, ['set', 'a', 'x']);
  appendWords(replica.builder, ['incr', 'a']);
  appendWords(replica.builder, ['append', 'a', 'y']);
  replica.builder.closeGroup();
  appendWords(replica.builder, ['get', 'a']);
  const { replies } = replica.applyBuilt();
  const notInteger = { kind: 'error', text: 'ERR value is not an integer or out of range' };
  assert.equal(replies, [[OK, notInteger, 2], 'xy']);
});

test('a transaction is refused when a watched key has changed, come, gone or expired', () => {
  const attempts: [string, (replica: Replica) => void, boolean][] = [
    ['unchanged', () => undefined, true],
    ['another key changed', replica => replica.run('set', 'other', '1'), true],
    ['set to the same value', replica => replica.run('set', 'w', '1'), false],
    ['removed', replica => replica.run('del', 'w'), false],
    [
      'removed and back',
      replica =>
        replica.runAll([
          ['del', 'w'],
          ['set', 'w', '1'],
        ]),
      false,
    ],
    ['expiry set', replica => replica.run('expire', 'w', '100'), false],
    ['expired', replica => replica.tick(5000), false],
    ['missing key came', replica => replica.run('set', 'missing', '1'), false],
    ['flushed', replica => replica.run('flushall'), false],
  ];
  for (const [title, change, executed] of attempts) {
    const replica = new Replica();
    replica.run('set', 'w', '1', 'px', '4000');
    const watched = ['w', 'missing'].map(key => ({ key, version: replica.machine.versionOf(key) }));
    change(replica);
    replica.builder.openGroup(watched);
    appendWords(replica.builder, ['set', 'done', 'yes']);
    replica.builder.closeGroup();
    const [reply] = replica.applyBuilt().replies;
    assert.equal(reply, executed ? [OK] : NULL_ARRAY, title);
    assert.is(replica.read('exists', 'done'), executed ? 1 : 0, title);
  }
});

test('two changes in one batch have different versions', () => {
  const replica = new Replica();
  replica.runAll([
    ['set', 'a', '1'],
    ['set', 'b', '1'],
  ]);
  assert.equal(replica.read('raft.version', 'a', 'b', 'c'), [1, 2, 0]);
});

test('a read changes nothing, and a write cannot be read', () => {
  const replica = new Replica();
  replica.run('set', 'a', '1', 'px', '10');
  replica.nowMs += 20;
  const before = replica.machine.hash();
  for (const words of [['keys', '*'], ['randomkey'], ['get', 'a'], ['scan', '0']]) {
    replica.read(...words);
  }
  assert.is(replica.machine.hash(), before);
  const isWrite = (error: unknown) => error instanceof KvError && error.code === 'write-in-read';
  assert.throws(() => replica.read('set', 'a', '1'), isWrite);
});

test('a string cannot grow beyond the limit that its batch carries', () => {
  const replica = new Replica({ keyBytes: 100, valueBytes: 10 });
  const tooLong = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
  assert.is(replica.run('append', 'a', '12345678'), 8);
  assert.is(errorText(replica.run('append', 'a', '123')), tooLong);
  assert.is(errorText(replica.run('setrange', 'a', '9', '12')), tooLong);
  assert.is(
    errorText(replica.run('setbit', 'a', '80', '1')),
    'ERR bit offset is not an integer or out of range',
  );
  assert.is(replica.read('get', 'a'), '12345678');
});

test('a retry in a session gets the first result and runs nothing', () => {
  const replica = new Replica();
  const session = String(replica.run('raft.session'));
  assert.is(replica.run('raft.once', session, '1', 'incr', 'n'), 1);
  assert.is(replica.run('raft.once', session, '1', 'incr', 'n'), 1);
  assert.is(replica.run('raft.once', session, '2', 'incr', 'n'), 2);
  assert.is(replica.run('raft.once', session, '1', 'incr', 'n'), 1);
  assert.is(replica.read('get', 'n'), '2');
});

test('a transaction in a session runs at most once', () => {
  const replica = new Replica();
  const session = Number(replica.run('raft.session'));
  const transact = () => {
    replica.builder.once(session, 1);
    replica.builder.openGroup([{ key: 'n', version: 0 }]);
    appendWords(replica.builder, ['incr', 'n']);
    replica.builder.closeGroup();
    return replica.applyBuilt().replies[0];
  };
  assert.equal(transact(), [1]);
  assert.equal(transact(), [1]);
  assert.is(replica.read('get', 'n'), '1');
});

test('what a session forgot is an error, never a second run', () => {
  const replica = new Replica();
  const session = String(replica.run('raft.session'));
  for (let sequence = 1; sequence <= MAX_RESULTS_PER_SESSION + 1; sequence++) {
    replica.run('raft.once', session, String(sequence), 'incr', 'n');
  }
  const count = String(MAX_RESULTS_PER_SESSION + 1);
  assert.match(errorText(replica.run('raft.once', session, '1', 'incr', 'n')), /^NOSESSION /);
  assert.is(replica.run('raft.once', session, '2', 'incr', 'n'), 2);
  assert.is(replica.read('get', 'n'), count);
});

test('a session without traffic expires by log time', () => {
  const replica = new Replica();
  const session = String(replica.run('raft.session'));
  replica.tick(SESSION_IDLE_MS - 1);
  assert.is(replica.run('raft.once', session, '1', 'incr', 'n'), 1);
  assert.is(replica.machine.nextExpiryMs(), replica.nowMs + SESSION_IDLE_MS);
  replica.tick(SESSION_IDLE_MS);
  assert.match(errorText(replica.run('raft.once', session, '2', 'incr', 'n')), /^NOSESSION /);
  assert.is(replica.machine.sessionCount, 0);
  assert.is(replica.machine.nextExpiryMs(), null);
  assert.is(replica.read('get', 'n'), '1');
});

test('sessions and their results are bounded; the least recently used one goes first', () => {
  const replica = new Replica();
  const open = (count: number) => replica.runAll(Array.from({ length: count }, () => ['raft.session']));
  open(MAX_SESSIONS);
  assert.is(replica.run('raft.once', '1', '1', 'incr', 'n'), 1);
  open(1);
  assert.is(replica.machine.sessionCount, MAX_SESSIONS);
  assert.is(replica.run('raft.once', '1', '1', 'incr', 'n'), 1);
  assert.match(errorText(replica.run('raft.once', '2', '1', 'incr', 'n')), /^NOSESSION /);
  replica.run('set', 'large', 'x'.repeat(MAX_RESULT_BYTES_PER_SESSION / 3));
  const before = replica.machine.byteSize;
  for (let sequence = 2; sequence < 10; sequence++) {
    replica.run('raft.once', '1', String(sequence), 'get', 'large');
  }
  assert.ok(replica.machine.byteSize - before <= MAX_RESULT_BYTES_PER_SESSION);
});

test('a session can be closed, also by a command of its own', () => {
  const replica = new Replica();
  assert.is(replica.run('raft.session'), 1);
  assert.equal(replica.run('raft.session', 'close', '1'), OK);
  assert.match(errorText(replica.run('raft.session', 'close', '1')), /^NOSESSION /);
  const closed = replica.machine.hash();
  assert.is(replica.run('raft.session'), 2);
  assert.equal(replica.run('raft.once', '2', '1', 'raft.session', 'close', '2'), OK);
  assert.is(replica.machine.sessionCount, 0);
  assert.is(replica.machine.byteSize, 0);
  assert.is.not(replica.machine.hash(), closed);
});

test('RAFT.ONCE is checked before it enters the log', () => {
  const replica = new Replica();
  const refusal = (...words: string[]) => errorText(replica.run('raft.once', ...words));
  assert.is(refusal('x', '1', 'incr', 'n'), 'ERR value is not an integer or out of range');
  assert.is(refusal('1', '0', 'incr', 'n'), 'ERR value is not an integer or out of range');
  assert.is(refusal('1', '1', 'incr'), "ERR wrong number of arguments for 'incr' command");
  assert.match(refusal('1', '1', 'nosuch', 'n'), /^ERR unknown command 'nosuch'/);
  assert.is(refusal('1', '1', 'raft.once', '1', '1', 'get', 'a'), 'ERR RAFT.ONCE cannot be nested');
  assert.is(replica.machine.lastApplied, 0);
});

test('the seed of what is random in the log comes from the log', () => {
  const replicas = [new Replica(), new Replica()];
  const keys = replicas.map(replica => {
    replica.runAll(Array.from({ length: 100 }, (_, i) => ['set', `k${i}`, 'v']));
    for (let reads = 0; reads < 7; reads++) if (replica === replicas[0]) replica.read('randomkey');
    return replica.runAll(Array.from({ length: 20 }, () => ['randomkey']));
  });
  assert.equal(keys[0], keys[1]);
  assert.ok(new Set(keys[0]).size > 5);
});

test('SCAN returns every key that is there from start to end, whatever comes and goes', () => {
  const replica = new Replica();
  replica.runAll(Array.from({ length: 100 }, (_, i) => ['set', `stay${i}`, 'v']));
  replica.runAll(Array.from({ length: 100 }, (_, i) => ['set', `go${i}`, 'v']));
  const found = new Set<string>();
  let cursor = '0';
  let round = 0;
  do {
    const reply = replica.read('scan', cursor, 'count', '7');
    if (!Array.isArray(reply)) throw new Error('no array');
    cursor = String(reply[0]);
    for (const key of reply[1]) found.add(String(key));
    replica.run('del', `go${round}`, `go${99 - round}`);
    replica.run('set', `new${round++}`, 'v');
  } while (cursor !== '0');
  for (let i = 0; i < 100; i++) assert.ok(found.has(`stay${i}`), `stay${i}`);
});

test('an unstamped batch keeps the log time there is', () => {
  const replica = new Replica();
  replica.tick(50);
  const data = batchOf(1, 1, 1);
  replica.apply(data);
  assert.is(replica.machine.logTimeMs, START_MS + 50);
  const next = batchOf(1, 1, 2);
  stampTime(next, START_MS + 60);
  replica.apply(next);
  assert.is(replica.machine.logTimeMs, START_MS + 60);
});

test.run();
