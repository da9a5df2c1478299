/**
 * The etcd engine on a real etcd of three members: what other programs see there, several gateways at once, limits, and
 * certain and unknown outcomes while members die and connections break.
 *
 * @module
 */
import { Etcd3 } from 'etcd3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Outcome } from '../../src/engine/engine.js';
import { deadlineOfLease } from '../../src/engine/etcd/deadline-lease.js';
import { EtcdEngine } from '../../src/engine/etcd/etcd-engine.js';
import { isErrorReply, type Reply } from '../../src/kv/reply.js';
import { EtcdMembers, hasEtcd } from '../helpers/etcd-members.js';
import { FaultyProxy } from '../helpers/faulty-proxy.js';
import { EngineClient, repliesOf } from './engine-client.js';

const test = suite('the etcd engine');
const withEtcd = hasEtcd ? test : test.skip;

/** On a machine that does much else. */
const PATIENT_MS = 20_000;

let members: EtcdMembers;
let etcd: Etcd3;
const engines: EtcdEngine[] = [];

if (hasEtcd) {
  test.before(async () => {
    members = await EtcdMembers.start();
    etcd = new Etcd3({ hosts: [...members.endpoints] });
  });
  test.after(async () => {
    for (const engine of engines) engine.close();
    etcd.close();
    await members.stop();
  });
}

function open(prefix: string, more: Partial<ConstructorParameters<typeof EtcdEngine>[0]> = {}): EngineClient {
  const engine = new EtcdEngine({ endpoints: members.endpoints, prefix, timeoutMs: PATIENT_MS, ...more });
  engines.push(engine);
  return new EngineClient(engine);
}

const textOf = (reply: Reply | undefined): string =>
  reply !== undefined && isErrorReply(reply) ? reply.text : JSON.stringify(reply);

/** What the sender of record number `at` was told. */
function toldOf(outcome: Outcome, at: number): Outcome['kind'] {
  if (outcome.kind !== 'done') return outcome.kind;
  const reply = outcome.replies[at] ?? null;
  if (!isErrorReply(reply)) return 'done';
  return reply.text.startsWith('TIMEOUT ') ? 'unknown' : 'refused';
}

/** Until it holds. @throws after `withinMs`, naming `what` */
async function eventually(what: string, holds: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (const endMs = performance.now() + withinMs; !(await holds()); ) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

withEtcd('other programs read what was set, and what they put is read here', async () => {
  const store = open('shared/');
  repliesOf(await store.write('SET a hello', 'RPUSH l x y'));
  assert.is(await etcd.get('shared/a').string(), 'hello');
  await etcd.put('shared/b').value('5');
  assert.equal(repliesOf(await store.write('INCR b', 'GET a')), [6, 'hello']);
  assert.is(await etcd.get('shared/b').string(), '6');
  assert.equal(repliesOf(await store.read(['LRANGE l 0 -1', 'MGET a b none'])), [
    ['x', 'y'],
    ['hello', '6', null],
  ]);
});

withEtcd('a time to live holds to the millisecond', async () => {
  const store = open('ttl/');
  const atMs = Date.now() + 700;
  repliesOf(await store.write(`SET a v PXAT ${atMs}`, 'SET b v EX 1000', 'SET c v'));
  assert.equal(repliesOf(await store.read(['PEXPIRETIME a', 'TTL b', 'TTL c'])), [atMs, 1000, -1]);
  assert.equal(repliesOf(await store.write('APPEND b w', 'PERSIST b', 'TTL b')), [2, 1, -1]);
  await eventually('the key is gone here', async () => {
    const [value] = repliesOf(await store.read(['GET a']));
    assert.ok(value === null || Date.now() - 1 <= atMs + 1000);
    return value === null;
  });
  assert.ok(Date.now() >= atMs);
});

withEtcd("another program's lease is a time to live, and stays when the value changes", async () => {
  const store = open('leased/');
  const lease = etcd.lease(1000, { autoKeepAlive: false });
  await lease.put('leased/k').value('1');
  const id = await lease.grant();
  const [ttl] = repliesOf(await store.read(['TTL k']));
  assert.ok(Number(ttl) > 950 && Number(ttl) <= 1001, `TTL ${ttl}`);
  repliesOf(await store.write('INCR k'));
  const { kvs } = await etcd.kv.range({ key: Buffer.from('leased/k') });
  assert.is(kvs[0]?.lease, id);
  assert.is(deadlineOfLease(id), null);
  repliesOf(await store.write('SET k 9'));
  assert.is((await etcd.kv.range({ key: Buffer.from('leased/k') })).kvs[0]?.lease, '0');
  await lease.revoke();
});

withEtcd('increments of several gateways at once all count', async () => {
  const stores = [open('many/'), open('many/'), open('many/')];
  const rounds = 25;
  const replies = await Promise.all(
    stores.flatMap(store => Array.from({ length: rounds }, () => store.write('INCR n', 'INCR m'))),
  );
  const seen = replies.map(outcome => Number(repliesOf(outcome)[0])).sort((a, b) => a - b);
  assert.equal(
    seen,
    Array.from({ length: 3 * rounds }, (_, at) => at + 1),
  );
});

withEtcd('a transaction is aborted when another gateway changed what was watched', async () => {
  const [one, other] = [open('watch/'), open('watch/')];
  repliesOf(await one.write('SET k 1'));
  const [versions] = repliesOf(await one.read(['RAFT.VERSION k none']));
  assert.ok(Array.isArray(versions) && Number(versions[0]) > 0 && versions[1] === 0);
  const watched = [{ key: 'k', version: Number(versions[0]) }];
  const [done] = repliesOf(await one.transaction(watched, 'INCR k', 'GET k'));
  assert.equal(done, [2, '2']);
  repliesOf(await other.write('SET k 2'));
  const [aborted] = repliesOf(await one.transaction(watched, 'INCR k'));
  assert.equal(aborted, { kind: 'null-array' });
  assert.equal(repliesOf(await one.read(['GET k'])), ['2']);
});

withEtcd('what is too large is refused by itself, and its neighbours are executed', async () => {
  const store = open('large/');
  const many = Array.from({ length: 200 }, (_, at) => `k${at} v`).join(' ');
  const large = 'x'.repeat(900_000);
  const replies = repliesOf(
    await store.write(
      'SET a 1',
      `MSET ${many}`,
      `SET b ${large}`,
      `APPEND b ${large}`,
      'SET c 2',
      'RANDOMKEY',
    ),
  );
  assert.match(textOf(replies[1]), /^ERR 200 keys at once: etcd takes up to 128 /);
  assert.match(textOf(replies[3]), /^ERR a request of \d+ bytes: etcd takes up to 1572864$/);
  assert.match(textOf(replies[5]), /^ERR RANDOMKEY is not offered on etcd: /);
  assert.equal(repliesOf(await store.read(['GET a', 'STRLEN b', 'GET c', 'EXISTS k0 k1', 'DBSIZE'])), [
    '1',
    900_000,
    '2',
    0,
    3,
  ]);
});

withEtcd(
  'keys of any bytes, far more than fit in one transaction, are all found and all removed',
  async () => {
    const store = open('scan\xff/');
    const keys = Array.from({ length: 700 }, (_, at) => `\0k\xff ${at}`.replaceAll(' ', '\n'));
    repliesOf(await store.write(...keys.map(key => `SET ${key} ${key}`)));
    const [listed] = repliesOf(await store.read(['KEYS *']));
    assert.equal([...((listed ?? []) as string[])].sort(), [...keys].sort());
    const seen: string[] = [];
    for (let cursor = '0', pages = 0; pages === 0 || cursor !== '0'; pages++) {
      const [page] = repliesOf(await store.read([`SCAN ${cursor} COUNT 100`]));
      const [next, found] = page as [string, string[]];
      seen.push(...found);
      cursor = next;
      assert.ok(pages < 10);
    }
    assert.equal(seen.sort(), [...keys].sort());
    assert.match(textOf(repliesOf(await store.read(['SCAN 12345']))[0]), /^ERR invalid cursor/);
    // Not of this prefix: it must stay.
    await etcd.put('scan').value('stays');
    assert.equal(repliesOf(await store.write('FLUSHALL', 'DBSIZE')), [{ kind: 'simple', text: 'OK' }, 0]);
    assert.is(await etcd.get('scan').string(), 'stays');
  },
);

withEtcd(
  'while members die and connections break, an acknowledged write happened once, a refused one never',
  async () => {
    const [host = '', port = '0'] = members.endpoints[0]?.split(':') ?? [];
    let turn = 0;
    const proxy = await FaultyProxy.open({ host, port: Number(port) }, () => ((turn++ * 7919) % 1000) / 1000);
    proxy.faults = { loseReply: 0.1, cutAfterRequest: 0.1 };
    const broken = `${proxy.address.host}:${proxy.address.port}`;
    const stores = [
      open('torn/', { endpoints: [broken], timeoutMs: 1500 }),
      open('torn/', { timeoutMs: 1500 }),
    ];
    const told = new Map<string, string>();
    let isOver = false;
    const writers = stores.map(async (store, at) => {
      for (let round = 0; !isOver; round++) {
        const [a, b] = [`<${at}.${round}.a>`, `<${at}.${round}.b>`];
        // DBSIZE stands alone, so these are two transactions, each with an outcome of its own.
        const batch = [`APPEND k0 ${a}`, `APPEND all ${a}`, 'DBSIZE', `APPEND k1 ${b}`, `APPEND all ${b}`];
        const outcome = await store.write(...batch);
        for (const [reply, token] of [a, a, null, b, b].entries()) {
          if (token !== null) told.set(token, toldOf(outcome, reply));
        }
      }
    });
    await eventually('some writes', async () => told.size > 30);
    const leader = await members.leader();
    await members.kill(leader);
    const before = told.size;
    await eventually('writes without the old leader', async () => told.size > before + 20);
    members.revive(leader);
    isOver = true;
    await Promise.all(writers);
    await proxy.close();
    const reader = open('torn/');
    const [all, first, second] = repliesOf(await reader.read(['GET all', 'GET k0', 'GET k1']));
    const parts = `${first}${second}`;
    for (const [token, kind] of told) {
      const times = String(all).split(token).length - 1;
      assert.is(parts.split(token).length - 1, times, `${token} is in both keys or in none`);
      if (kind === 'done') assert.is(times, 1, `${token} was acknowledged`);
      else if (kind === 'refused') assert.is(times, 0, `${token} was refused`);
      else assert.ok(times <= 1, `${token} is unknown`);
    }
    assert.ok([...told.values()].includes('done'));
    assert.ok(proxy.counts.cuts + proxy.counts.lostReplies > 0);
  },
);

withEtcd('what a time to live has ended, its lease removes for other programs too', () =>
  eventually('the key is gone', async () => (await etcd.get('ttl/a').string()) === null),
);

withEtcd('without a majority nothing is acknowledged and nothing is read; with it all goes on', async () => {
  const store = open('minority/', { timeoutMs: 700 });
  repliesOf(await store.write('SET k before'));
  await Promise.all([members.kill(1), members.kill(2)]);
  const read = await store.read(['GET k']);
  assert.is(read.kind, 'refused');
  const write = await store.write('SET k during');
  assert.is(write.kind, 'refused');
  members.revive(1);
  members.revive(2);
  await eventually('a write', async () => (await store.write('SET k after')).kind === 'done');
  assert.equal(repliesOf(await store.read(['GET k'])), ['after']);
});

if (!hasEtcd) test.skip('there is no etcd on this machine', () => undefined);

test.run();
