/**
 * Moving all data from one store to another: nothing is lost on the way, an interruption costs nothing, and what differs
 * afterwards is named.
 *
 * @module
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InvalidOperation, OperationFailed } from '../../src/cli/cli-error.js';
import { Checkpoint } from '../../src/cli/migrate/checkpoint.js';
import { openEtcd } from '../../src/cli/migrate/etcd-end.js';
import { type MigrationResult, migrate } from '../../src/cli/migrate/migration.js';
import { openRedis } from '../../src/cli/migrate/redis-end.js';
import type { StoreEnd } from '../../src/cli/migrate/store-end.js';
import { migrateCommand } from '../../src/cli/migrate.js';
import { SILENT } from '../../src/cli/progress-line.js';
import { startCluster } from '../../src/index.js';
import { EtcdMembers, hasEtcd } from '../helpers/etcd-members.js';
import { MemoryStore } from '../helpers/memory-store.js';
import { fillStore, hashOfStore } from '../helpers/migration-data.js';

const test = suite('migrate');
const KEYS = 700;
const KEYS_TO_ETCD = 5_000;
let folder: string;

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'raftkv-migrate-'));
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

const fileFor = (name: string): string => join(folder, `${name}.json`);

function move(from: StoreEnd, to: StoreEnd, file: string, overwrite = false): Promise<MigrationResult> {
  const checkpoint = new Checkpoint(fileFor(file), from.name, to.name);
  return migrate({ from, to, checkpoint, progress: SILENT, overwrite });
}

/** The error's words. */
async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperationFailed) return error.message;
    throw error;
  }
  throw new Error('it did not fail');
}

async function filled(name: string): Promise<MemoryStore> {
  const store = new MemoryStore(name);
  await fillStore(store, KEYS);
  return store;
}

test('an interrupted migration goes on where it was, and ends with the same as one that was not', async () => {
  const [from, whole, parts] = [await filled('from'), new MemoryStore('whole'), new MemoryStore('parts')];
  const expected = await move(from, whole, 'whole');
  assert.is(expected.keys, KEYS);
  assert.is(expected.resumedAfter, 0);
  const { byType } = expected;
  assert.is(byType.string + byType.list + byType.hash + byType.set, KEYS);
  let left = 3;
  const breaking: StoreEnd = {
    name: parts.name,
    read: commands => parts.read(commands),
    write: async commands => {
      // The page is written in part, then the connection is gone.
      if (left-- === 0) {
        await parts.write(commands.slice(0, commands.length >> 1));
        throw new OperationFailed('the connection was closed');
      }
      await parts.write(commands);
    },
    close: () => undefined,
  };
  assert.is(await failureOf(move(from, breaking, 'parts')), 'the connection was closed');
  assert.ok(existsSync(fileFor('parts')));
  const resumed = await move(from, parts, 'parts');
  assert.ok(resumed.resumedAfter > 0 && resumed.resumedAfter < KEYS);
  assert.equal({ ...resumed, resumedAfter: 0 }, expected);
  assert.is(await hashOfStore(parts, KEYS), await hashOfStore(from, KEYS));
  assert.not(existsSync(fileFor('parts')));
});

test('a target that holds keys is refused, and with overwrite keeps those of other names', async () => {
  const [from, to] = [await filled('from'), new MemoryStore('to')];
  await to.write([
    ['SET', 'other', 'x'],
    ['SET', 'key\0\xff4\r\n', 'old'],
  ]);
  assert.match(await failureOf(move(from, to, 'full')), /^to holds 2 keys already; --overwrite /);
  assert.is(to.writes, 1);
  const { keys } = await move(from, to, 'full', true);
  assert.is(keys, KEYS);
  assert.equal(await to.read([['GET', 'other'], ['DBSIZE']]), ['x', KEYS + 1]);
});

for (const [what, spoil, said] of [
  [
    'a lost key',
    (words: readonly string[]) => (words[1]?.includes('9\r\n') ? ['DEL', words[1]] : words),
    /is missing in the target/,
  ],
  [
    'a changed byte',
    (words: readonly string[]) => (words[0] === 'SET' ? ['SET', words[1] ?? '', `${words[2]}!`] : words),
    /differs/,
  ],
  [
    'a deadline a millisecond off',
    (words: readonly string[]) =>
      words[0] === 'PEXPIREAT' ? ['PEXPIREAT', words[1] ?? '', String(Number(words[2]) + 1)] : words,
    /differs/,
  ],
  [
    'a list in another order',
    (words: readonly string[]) => (words[0] === 'RPUSH' ? ['LPUSH', ...words.slice(1)] : words),
    /differs/,
  ],
] as const) {
  test(`${what} is found and named`, async () => {
    const [from, to] = [await filled('from'), new MemoryStore('to')];
    to.spoil = spoil;
    const message = await failureOf(move(from, to, 'spoiled'));
    assert.match(message, said);
    assert.match(message, /^key "key/);
    rmSync(fileFor('spoiled'), { force: true });
  });
}

test('a key that somebody else writes into the target is found', async () => {
  const [from, to] = [await filled('from'), new MemoryStore('to')];
  const shared: StoreEnd = {
    name: to.name,
    read: commands => to.read(commands),
    write: commands => to.write([...commands, ['SET', 'intruder', 'x']]),
    close: () => undefined,
  };
  assert.match(await failureOf(move(from, shared, 'intruder')), /a key the source has not: "intruder"/);
});

test('a checkpoint of another migration is refused, and left alone', async () => {
  writeFileSync(
    fileFor('foreign'),
    JSON.stringify({ raftkvMigration: 1, from: 'a', to: 'b', lastKey: '', copied: 1 }),
  );
  const before = readFileSync(fileFor('foreign'), 'utf8');
  for (const content of [before, 'not JSON']) {
    writeFileSync(fileFor('foreign'), content);
    try {
      await move(new MemoryStore('from'), new MemoryStore('to'), 'foreign');
      assert.unreachable('it was taken');
    } catch (error) {
      assert.match(String(error), /belongs to the migration from a to b|expected a checkpoint/);
    }
    assert.is(readFileSync(fileFor('foreign'), 'utf8'), content);
  }
});

const withEtcd = hasEtcd ? test : test.skip;

withEtcd(
  'from the embedded cluster to etcd and back, every key, value and deadline is the same',
  async () => {
    const [cluster, members] = await Promise.all([startCluster({ nodes: 1, seed: 5 }), EtcdMembers.start()]);
    try {
      const [node] = (await cluster.status()).nodes;
      const embedded = await openRedis({ host: node?.host ?? '', port: node?.port ?? 0 });
      const etcd = await openEtcd('etcd', { endpoints: members.endpoints, timeoutMs: 20_000 });
      await fillStore(embedded, KEYS_TO_ETCD);
      const before = await hashOfStore(embedded, KEYS_TO_ETCD);
      const there = await move(embedded, etcd, 'there');
      assert.is(there.keys, KEYS_TO_ETCD);
      await embedded.write([['FLUSHALL']]);
      assert.equal(await move(etcd, embedded, 'back'), there);
      assert.is(await hashOfStore(embedded, KEYS_TO_ETCD), before);
      embedded.close();
      etcd.close();
    } finally {
      await Promise.all([cluster.stop(), members.stop()]);
    }
  },
);

test('bad input is one clear line', async () => {
  for (const [from, to, kind, said] of [
    ['redis://127.0.0.1:1', 'etcd://127.0.0.1:1', OperationFailed, /^cannot connect to 127.0.0.1:1: /],
    [
      'file:///x',
      'redis://127.0.0.1:1',
      InvalidOperation,
      /^expected redis:\/\/HOST:PORT or etcd:.*, found "file:/,
    ],
    [
      'redis://u:secret@h:1/7',
      'etcd://h:1',
      InvalidOperation,
      /^expected redis:\/\/HOST:PORT, found "redis:\/\/h:1\/7"$/,
    ],
    [
      'etcd://h',
      'redis://127.0.0.1:1',
      InvalidOperation,
      /^endpoints of etcd: expected HOST:PORT, found "h"$/,
    ],
    ['etcd://h:1', 'etcd://h:1', InvalidOperation, /^FROM and TO are the same store$/],
  ] as const) {
    try {
      await migrateCommand().parseAsync([from, to], { from: 'user' });
      assert.unreachable(`${from} was taken`);
    } catch (error) {
      assert.instance(error, kind, String(error));
      assert.match(error instanceof Error ? error.message : '', said);
    }
  }
});

if (!hasEtcd) test.skip('there is no etcd on this machine', () => undefined);

test.run();
