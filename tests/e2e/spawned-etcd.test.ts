/**
 * A real etcd whose members run behind the router's links: what the matrix cuts is cut, what is killed and paused is, and
 * the harness judges what its clients saw.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { startEtcdCluster } from '../../src/etcd-cluster/start-etcd-cluster.js';
import type { Cluster } from '../../src/runtime/cluster.js';
import type { ControlError } from '../../src/runtime/control.js';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { eventually, hasProgram, RAFTKV, startServer, workspace } from '../helpers/serve.js';

const test = suite('spawned etcd');
const check = hasProgram('etcd') ? test : test.skip;
const MEMBERS = 3;
const PORT = 27_110;
const PATIENT = { timeoutMs: 30_000 };
/** Elections on a machine that is busy with other things take several rounds. */
const CONFIG = {
  servers: ['127.0.0.1'],
  portStart: 0,
  heartbeatMs: 50,
  electionTimeoutMinMs: 300,
  electionTimeoutMaxMs: 600,
  rpcTimeoutMs: 1_000,
};
let cluster: Cluster;

async function run(line: string): Promise<string> {
  const { kind, text } = await cluster.execute(line, 'script');
  assert.is(kind, 'done', `${line}: ${text}`);
  return text;
}

/** Of all members, the leader included. */
const isWhole = ({ leader, nodes }: ClusterStatus): boolean =>
  leader !== null && nodes.every(({ state, raft }) => state === 'up' && raft?.leader === leader);

const healthy = (): Promise<ClusterStatus> =>
  cluster.waitFor(isWhole, { ...PATIENT, what: 'all to follow a leader' });

const anotherLeader = async (old: number): Promise<number> => {
  const isAnother = ({ leader }: ClusterStatus): boolean => leader !== null && leader !== old;
  const { leader } = await cluster.waitFor(isAnother, { ...PATIENT, what: 'another leader' });
  return leader ?? -1;
};

/** What a client reads at the gateway of a member. */
async function ask({ nodes }: ClusterStatus, node: number, ...command: readonly string[]): Promise<string> {
  const { host = '', port = 0 } = nodes[node] ?? {};
  const client = await connect({ host, port, timeoutMs: 20_000 });
  try {
    const outcome = await client.execute(command);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : outcome.error.message;
  } finally {
    client.close();
  }
}

/** The member may not have heard of its new leader, or be a little behind: asked until it answers so. */
const untilAnswered = (node: number, command: readonly string[], answer: string): Promise<true> =>
  eventually(`${command.join(' ')} at ${node} to answer ${answer}`, 30_000, async () => {
    const { ok, text } = await cluster.command(command, node);
    return ok && text === answer ? true : undefined;
  });

test.before(async () => {
  if (check === test) cluster = await startEtcdCluster({ nodes: MEMBERS, config: CONFIG, seed: 5 });
});
test.after(async () => {
  await cluster?.stop();
});

check(
  'a leader cut off by the matrix: another is elected, the minority answers nothing, nothing is lost',
  async () => {
    const before = await healthy();
    const old = before.leader ?? -1;
    await run('workload register clients 4 rate 200');
    await untilAnswered(old, ['SET', 'seen', 'before'], 'OK');
    const cut = (from: number, to: number): number => (from !== to && (from === old || to === old) ? 1 : 0);
    await cluster.setMatrix(before.nodes.map((_, from) => before.nodes.map((__, to) => cut(from, to))));

    const leader = await anotherLeader(old);
    await untilAnswered(leader, ['SET', 'seen', 'after'], 'OK');
    const [read, write] = await Promise.all([
      ask(before, old, 'GET', 'seen'),
      ask(before, old, 'SET', 'seen', 'minority'),
    ]);
    assert.match(read, /^(CLUSTERDOWN|TIMEOUT) /);
    assert.match(write, /^(CLUSTERDOWN|TIMEOUT) /);
    const { links } = await cluster.status();
    const lost = links.filter(({ counters }) => counters.dropped > 0);
    assert.ok(lost.length > 0);
    assert.ok(lost.every(({ from, to }) => cut(from, to) === 1));

    await run('heal');
    await healthy();
    await untilAnswered(old, ['GET', 'seen'], '"after"');
    await run('workload stop');
    assert.match(await run('expect linearizable'), /calls on \d+ keys are linearizable/);
    await run('expect no acknowledged write lost');
  },
);

check('members are killed, revived, paused and resumed; the leadership is handed over', async () => {
  const { leader } = await healthy();
  const killed = leader ?? -1;
  await run('kill leader');
  const second = await anotherLeader(killed);
  await untilAnswered(second, ['SET', 'k', 'v'], 'OK');
  await run(`revive ${killed}`);
  await healthy();
  await untilAnswered(killed, ['GET', 'k'], '"v"');
  await run(`transfer ${killed}`);
  await healthy();
  const paused = (await cluster.status()).leader ?? -1;
  await run(`pause ${paused}`);
  await anotherLeader(paused);
  await run(`resume ${paused}`);
  await healthy();
});

check('single messages are lost, doubled, delayed and reordered, and every write is there once', async () => {
  const { links: before } = await healthy();
  await run('edit * * 0.1');
  await run('duplicate * * 0.3');
  await run('delay * * 1 5');
  await run('reorder * * 0.2');
  const total = (links: ClusterStatus['links'], name: 'dropped' | 'duplicated' | 'delayed'): number =>
    links.reduce((sum, { counters }) => sum + counters[name], 0);
  let acknowledged = 0;
  let unknown = 0;
  await eventually('faults of every kind, and 30 writes', 60_000, async () => {
    const { ok, unknown: isUnknown } = await cluster.command(['INCR', 'counter']);
    if (ok) acknowledged++;
    else if (isUnknown) unknown++;
    const { links } = await cluster.status();
    const hasAll = (['dropped', 'duplicated', 'delayed'] as const).every(
      name => total(links, name) > total(before, name),
    );
    return hasAll && acknowledged >= 30 ? true : undefined;
  });
  await run('heal');
  await healthy();
  const { value } = await cluster.get('counter');
  assert.ok(
    Number(value) >= acknowledged && Number(value) <= acknowledged + unknown,
    `${value}: ${acknowledged}`,
  );
});

check('what would need a hand inside etcd is refused, and says so', async () => {
  const attempts = [cluster.setClock(0, 100), cluster.setDisk(0, { kind: 'full' }), cluster.addNode(3)];
  for (const attempt of [...attempts, cluster.removeNode(0), cluster.snapshot(0)]) {
    const error = await attempt.then(
      () => null,
      (thrown: ControlError) => thrown,
    );
    assert.is(error?.code, 'unsupported');
  }
});

check('when the program is killed, its etcd ends and what it wrote is removed', async () => {
  const space = workspace(1, PORT);
  const server = await startServer([space.config, '--engine', 'etcd', '--spawn', '1']);
  try {
    const client = await connect({ host: '127.0.0.1', port: PORT, timeoutMs: 20_000 });
    const { events } = JSON.parse(String(plain(await client.command(['RAFT', 'STATUS'])))) as ClusterStatus;
    client.close();
    const directory = /1 members in (\S+)/.exec(events[0]?.text ?? '')?.[1] ?? '';
    assert.ok(existsSync(directory), events[0]?.text);
    await server.end('SIGKILL');
    // The directory goes last, when the members are gone.
    await eventually('the members to be gone', 30_000, async () =>
      existsSync(directory) ? undefined : true,
    );
  } finally {
    await server.end('SIGKILL');
    space.remove();
  }
});

test('without the program etcd there is one clear line', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [RAFTKV, 'serve', '--engine', 'etcd', '--spawn', '3'],
    { encoding: 'utf8', timeout: 60_000, env: { PATH: '/nowhere' } },
  );
  assert.is(status, 1);
  assert.match(stderr, /^raftkv: there is no program etcd on this machine: install it .*etcd-server.*\n$/);
});

test.run();
