/** The quota on data: a clear, certain error at the limit, that ends when the data shrinks. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { type Ask, statusOf, withAskedServer } from '../helpers/asked-server.js';
import { eventually, raftkv, type Workspace, workspace } from '../helpers/serve.js';

const PORT = 9430;
const NODES = 3;
const LIMIT_BYTES = 1024 * 1024;
const VALUE = 'x'.repeat(32 * 1024);
const limits = suite('data limit');

let place: Workspace;

limits.before.each(() => {
  place = workspace(NODES, PORT, ['data_limit_mb: 1']);
});
limits.after.each(() => place.remove());

async function at(node: number, ...args: string[]): Promise<string> {
  const client = await connect({ host: '127.0.0.1', port: PORT + node, timeoutMs: 5_000 });
  try {
    const outcome = await client.execute(args);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : `${outcome.kind}: ${outcome.error.message}`;
  } finally {
    client.close();
  }
}

/** Writes keys until one is refused; returns how many were taken. */
async function fill(prefix: string, ...options: string[]): Promise<number> {
  for (let count = 0; count < 100; count += 1) {
    const answer = await at(count % NODES, 'SET', `${prefix}${count}`, VALUE, ...options);
    if (answer !== 'OK') {
      assert.match(answer, /^failed: OOM .*data_limit_mb/);
      return count;
    }
  }
  throw new Error('the limit never came');
}

const dataBytes = async (ask: Ask): Promise<number> =>
  Math.max(...(await statusOf(ask)).nodes.map(node => node.dataBytes));

limits('at the limit what adds is refused, reads and deletes go on, and after deletes it ends', () =>
  withAskedServer({ place, portStart: PORT, nodes: NODES }, async ask => {
    const count = await fill('key');
    const used = await eventually('the report', 5_000, async () => {
      const bytes = await dataBytes(ask);
      return bytes >= LIMIT_BYTES ? bytes : undefined;
    });
    assert.ok(used < LIMIT_BYTES + 4 * VALUE.length, `${used} bytes`);
    await eventually('every node to refuse', 5_000, async () => {
      const answers = await Promise.all([0, 1, 2].map(node => at(node, 'INCR', 'counter')));
      return answers.every(answer => answer.startsWith('failed: OOM')) ? true : undefined;
    });
    for (const command of [
      ['APPEND', 'key0', 'y'],
      ['LPUSH', 'list', 'y'],
      ['HSET', 'hash', 'f', 'y'],
      ['SADD', 'set', 'y'],
      ['RAFT.ONCE', '1', '1', 'SET', 'a', 'y'],
    ]) {
      assert.match(await at(0, ...command), /^failed: OOM/, command.join(' '));
    }
    assert.match(raftkv('client', place.config, 'incr', 'counter').stderr, /limit/);
    const transaction = await connect({ host: '127.0.0.1', port: PORT, timeoutMs: 5_000 });
    await transaction.command(['MULTI']);
    assert.is((await transaction.execute(['SET', 'a', 'b'])).kind, 'failed');
    assert.is((await transaction.execute(['EXEC'])).kind, 'failed');
    transaction.close();
    assert.is(await at(1, 'GET', 'key0'), VALUE);
    const { events } = await statusOf(ask);
    assert.ok(events.some(({ text }) => /reached its limit of 1 MiB/.test(text)));

    assert.is(await at(2, 'DEL', 'key0', 'key1', 'key2'), '3');
    await eventually('writes', 5_000, async () =>
      (await at(0, 'SET', 'new', 'y')) === 'OK' ? true : undefined,
    );
    for (const key of ['counter', 'list', 'hash', 'set', 'a']) {
      assert.is(await at(0, 'EXISTS', key), '0', `${key} was refused and exists`);
    }
    assert.ok(count > 28);
  }),
);

limits('keys with a time to live expire without any client, free their space, and end the limit', () =>
  withAskedServer({ place, portStart: PORT, nodes: NODES }, async ask => {
    await ask('SET', 'lasting', 'kept');
    await fill('volatile', 'PX', '2500');
    await eventually('the space to be free on every node', 15_000, async () => {
      const { nodes } = await statusOf(ask);
      return nodes.every(node => node.keys === 1 && node.dataBytes < 1_000) ? true : undefined;
    });
    assert.is(await at(1, 'SET', 'new', VALUE), 'OK');
    assert.is(await at(2, 'GET', 'lasting'), 'kept');
    assert.is(await at(0, 'EXISTS', 'volatile0'), '0');
    await eventually('equal replicas', 5_000, async () =>
      new Set((await statusOf(ask)).nodes.map(node => node.stateHash)).size === 1 ? true : undefined,
    );
  }),
);

limits.run();
