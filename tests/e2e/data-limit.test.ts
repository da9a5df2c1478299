/** The quota on data: a clear, certain error at the limit, that ends when the data shrinks. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { type Cluster, startCluster } from '../../src/index.js';
import { haveEqualStates } from '../equal-states.js';
import { eventually } from '../helpers/serve.js';

const NODES = 3;
const LIMIT_BYTES = 1024 * 1024;
const VALUE = 'x'.repeat(32 * 1024);
const limits = suite('data limit');

const config = { dataLimitMb: 1, electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 };
let cluster: Cluster;
let ports: readonly number[] = [];

limits.before(async () => {
  cluster = await startCluster({ nodes: NODES, config });
  ports = (await cluster.status()).nodes.map(({ port }) => port ?? 0);
});
limits.after(() => cluster.stop());

async function at(node: number, ...args: string[]): Promise<string> {
  const client = await connect({ host: '127.0.0.1', port: ports[node] ?? 0, timeoutMs: 5_000 });
  try {
    const outcome = await client.execute(args);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : `${outcome.kind}: ${outcome.error.message}`;
  } finally {
    client.close();
  }
}

/** Writes keys until one is refused; returns how many were taken. */
async function fill(prefix: string): Promise<number> {
  for (let count = 0; count < 100; count += 1) {
    const answer = await at(count % NODES, 'SET', `${prefix}${count}`, VALUE);
    if (answer !== 'OK') {
      assert.match(answer, /^failed: OOM .*data_limit_mb/);
      return count;
    }
  }
  throw new Error('the limit never came');
}

const dataBytes = async (): Promise<number> =>
  Math.max(...(await cluster.status()).nodes.map(node => node.dataBytes));

limits('at the limit what adds is refused, reads and deletes go on, and after deletes it ends', async () => {
  const count = await fill('key');
  const used = await eventually('the report', 5_000, async () => {
    const bytes = await dataBytes();
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
  assert.match((await cluster.command(['incr', 'counter'])).text, /limit/);
  const transaction = await connect({ host: '127.0.0.1', port: ports[0] ?? 0, timeoutMs: 5_000 });
  await transaction.command(['MULTI']);
  assert.is((await transaction.execute(['SET', 'a', 'b'])).kind, 'failed');
  assert.is((await transaction.execute(['EXEC'])).kind, 'failed');
  transaction.close();
  assert.is(await at(1, 'GET', 'key0'), VALUE);
  const { events } = await cluster.status();
  assert.ok(events.some(({ text }) => /reached its limit of 1 MiB/.test(text)));

  assert.is(await at(2, 'DEL', 'key0', 'key1', 'key2'), '3');
  await eventually('writes', 5_000, async () =>
    (await at(0, 'SET', 'new', 'y')) === 'OK' ? true : undefined,
  );
  for (const key of ['counter', 'list', 'hash', 'set', 'a']) {
    assert.is(await at(0, 'EXISTS', key), '0', `${key} was refused and exists`);
  }
  assert.ok(count > 28);
});

limits(
  'keys with a time to live expire without any client, free their space, and end the limit',
  async () => {
    assert.is(await at(0, 'FLUSHALL'), 'OK');
    assert.is(await at(0, 'SET', 'lasting', 'kept'), 'OK');
    const count = await fill('volatile');
    for (let i = 0; i < count; i += 1) assert.is(await at(0, 'PEXPIRE', `volatile${i}`, '500'), '1');
    await eventually('the space to be free on every node', 15_000, async () => {
      const { nodes } = await cluster.status();
      return nodes.every(node => node.keys === 1 && node.dataBytes < 1_000) ? true : undefined;
    });
    assert.is(await at(1, 'SET', 'new', VALUE), 'OK');
    assert.is(await at(2, 'GET', 'lasting'), 'kept');
    assert.is(await at(0, 'EXISTS', 'volatile0'), '0');
    await eventually('equal replicas', 5_000, async () =>
      haveEqualStates((await cluster.status()).nodes) ? true : undefined,
    );
  },
);

limits.run();
