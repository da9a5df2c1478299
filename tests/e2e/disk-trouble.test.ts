/** `disk NODE full|eio|slow MS|ok` in a running cluster, as its clients see it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { type Cluster, type ClusterStatus, startCluster } from '../../src/index.js';
import { haveEqualStates } from '../equal-states.js';
import { eventually } from '../helpers/serve.js';

const NODES = 3;
const trouble = suite('disk trouble');

let folder: string;
let cluster: Cluster;
let ports: readonly number[] = [];

trouble.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'raftkv-test-'));
  const config = { electionTimeoutMinMs: 500, electionTimeoutMaxMs: 1_000 };
  cluster = await startCluster({ nodes: NODES, dataDirectory: folder, config });
  ports = (await cluster.status()).nodes.map(({ port }) => port ?? 0);
});
trouble.after(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer of this very node, an error as its text. */
async function at(node: number, ...args: string[]): Promise<string> {
  const client = await connect({ host: '127.0.0.1', port: ports[node] ?? 0, timeoutMs: 5_000 });
  try {
    const outcome = await client.execute(args);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : `${outcome.kind}: ${outcome.error.message}`;
  } finally {
    client.close();
  }
}

/** A line of the command language, given to the first node that takes it. */
async function chaos(line: string): Promise<void> {
  for (const node of ports.keys()) {
    const answer = await at(node, 'CHAOS', line).catch((error: Error) => `failed: ${error.message}`);
    if (!/^(failed|unknown)/.test(answer)) return;
  }
  throw new Error(`no node took ${line}`);
}

const until = (what: string, condition: (status: ClusterStatus) => boolean): Promise<ClusterStatus> =>
  cluster.waitFor(condition, { what, timeoutMs: 20_000 });

const equalReplicas = (): Promise<ClusterStatus> =>
  until('equal replicas', ({ nodes }) => haveEqualStates(nodes));

/** Written where asked for, whoever has to lead for that. */
const written = (node: number, value: string): Promise<true> =>
  eventually(`a write at node ${node}`, 20_000, async () =>
    (await at(node, 'SET', 'key', value).catch(() => 'closed')) === 'OK' ? true : undefined,
  );

trouble(
  'full: the node refuses writes with a clear error, the others go on, and it returns by itself',
  async () => {
    const leader = await cluster.waitForLeader();
    const victim = (leader + 1) % NODES;
    await written(leader, 'before');
    await chaos(`disk ${victim} full`);
    await written(leader, 'during');
    const refused = await eventually('the refusal', 10_000, async () => {
      const answer = await at(victim, 'SET', 'key', 'x');
      return answer.startsWith('failed: READONLY') ? answer : undefined;
    });
    assert.match(refused, /READONLY the disk of this node is full/);
    assert.is(await at(leader, 'GET', 'key'), 'during');
    await until('word of the fault', ({ nodes }) => nodes[victim]?.diskFault === 'full');
    await chaos(`disk ${victim} ok`);
    await written(victim, 'after');
    await equalReplicas();
    const { events } = await cluster.status();
    const said = events
      .filter(({ node, kind }) => node === victim && kind === 'fault')
      .map(({ text }) => text);
    assert.ok(said.some(text => text.includes('disk full: read-only')));
    assert.ok(said.some(text => text.includes('the disk has space again')));
  },
);

trouble(
  'full everywhere: writes are refused, linearizable reads go on at the leader, nothing is lost',
  async () => {
    const leader = await cluster.waitForLeader();
    await written(leader, 'kept');
    for (const node of ports.keys()) await chaos(`disk ${node} full`);
    await at(leader, 'SET', 'other', 'unknown');
    for (let i = 0; i < 10; i += 1) {
      assert.match(await at(leader, 'SET', 'refused', 'x'), /^failed: READONLY/);
      assert.is(await at(leader, 'GET', 'key'), 'kept');
    }
    for (const node of ports.keys()) await chaos(`disk ${node} ok`);
    await written(leader, 'after');
    assert.is(await at(leader, 'GET', 'refused'), 'null', 'a refused write was executed');
  },
);

trouble(
  'slow: a leader whose syncs outlast the election timeout loses the lead, and writes go on',
  async () => {
    const old = await cluster.waitForLeader();
    await written(old, 'before');
    await chaos(`disk ${old} slow 3000`);
    const survivor = (old + 1) % NODES;
    await at(survivor, 'SET', 'key', 'during');
    await until('another leader', ({ leader }) => leader !== null && leader !== old);
    await written(survivor, 'after');
    assert.is(await at(survivor, 'GET', 'key'), 'after');
    await chaos(`disk ${old} ok`);
    await equalReplicas();
  },
);

trouble('eio: the leader steps down and is left down as faulty; revived, it has everything', async () => {
  const old = await cluster.waitForLeader();
  await written(old, 'before');
  await chaos(`disk ${old} eio`);
  await written((old + 1) % NODES, 'after');
  const status = await until('the faulty node', ({ nodes }) => nodes[old]?.state === 'faulty');
  assert.match(String(status.nodes[old]?.lastError), /injected/);
  assert.is.not(status.leader, old);
  await chaos(`disk ${old} ok`);
  await chaos(`revive ${old}`);
  await equalReplicas();
  assert.is(await at(old, 'GET', 'key'), 'after');
});

trouble.run();
