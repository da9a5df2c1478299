/** Looking into data directories, and rebuilding damaged nodes from their peers. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, startCluster } from '../../src/index.js';
import { inspectData, problemsOf } from '../../src/runtime/inspect-data.js';
import { planRepair } from '../../src/runtime/repair-node.js';
import { haveEqualStates } from '../equal-states.js';
import { withAskedServer } from '../helpers/asked-server.js';
import { eventually, raftkv, workspace } from '../helpers/serve.js';
import { getSurely, putSurely } from '../runtime/cluster-helpers.js';

const PORT = 9400;
const NODES = 3;
const repairs = suite('inspect and repair');

const place = workspace(NODES, PORT);
const { data } = place;

repairs.after(() => place.remove());

async function withCluster(use: (cluster: Cluster) => Promise<void>): Promise<void> {
  const cluster = await startCluster({ nodes: NODES, dataDirectory: data });
  try {
    await use(cluster);
  } finally {
    await cluster.stop();
  }
}

/** Turns a byte in the first log segment's records over. */
function damage(node: number): string {
  const folder = join(data, `node-${node}`);
  const name = readdirSync(folder).find(file => file.startsWith('wal-')) ?? '';
  const bytes = readFileSync(join(folder, name));
  bytes[300] = (bytes[300] ?? 0) ^ 0x55;
  writeFileSync(join(folder, name), bytes);
  return name;
}

repairs('a damaged node is explained, takes no part, and is rebuilt from its peers when asked', async () => {
  await withCluster(async cluster => {
    for (let i = 0; i < 20; i += 1) await putSurely(cluster, `key${i}`, `value${i}`);
  });
  const healthy = raftkv('inspect', data);
  assert.is(healthy.code, 0, healthy.stdout + healthy.stderr);
  assert.match(healthy.stdout, /node-1: incarnation 0, 1 starts/);
  assert.match(healthy.stdout, /hard state: term \d+, vote .*, commit \d+/);
  assert.is(planRepair(data, 1).objection?.code, 'nothing-to-repair');

  const segment = damage(1);
  const broken = raftkv('inspect', data, '--json');
  assert.is(broken.code, 1);
  assert.match(
    JSON.parse(broken.stdout).problems[0],
    new RegExp(`node-1: log-damaged: ${segment} at offset`),
  );
  const explained = raftkv('repair', data, '1');
  assert.is(explained.code, 1);
  assert.match(explained.stdout, /node 1: refused \(log-damaged\).*offset/);
  assert.match(explained.stdout, /2 of the voters 0, 1, 2 must be whole/);
  assert.match(explained.stdout, /again with --yes/);

  const served = { place, portStart: PORT, nodes: NODES };
  await withAskedServer(served, async (ask, server) => {
    await eventually('word of the faulty node', 10_000, async () =>
      /node 1 takes no part: .*raftkv repair/.test(server.output()) ? true : undefined,
    );
    await ask('SET', 'while', 'down');
    const refused = raftkv('repair', data, '1', '--yes');
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /in use by process/);
  });

  const repaired = raftkv('repair', data, '1', '--yes');
  assert.is(repaired.code, 0, repaired.stderr);
  assert.match(repaired.stdout, /join again as a new member/);
  await withCluster(async cluster => {
    await cluster.waitFor(
      ({ nodes, leader }) => haveEqualStates(nodes) && nodes[leader ?? 0]?.raft?.voters.length === NODES,
      { what: 'the rebuilt node to hold everything', timeoutMs: 20_000 },
    );
    assert.is(await getSurely(cluster, 'while', 1), 'down');
    assert.is(await getSurely(cluster, 'key19', 1), 'value19');
  });
  assert.is(inspectData(data).nodes[1]?.report?.meta?.incarnation, 1);
  assert.equal(problemsOf(inspectData(data)), []);
});

repairs('a repair that could lose acknowledged data is refused', () => {
  damage(0);
  damage(2);
  const refused = raftkv('repair', data, '0', '--yes');
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /2 other members must be whole.*only 1 are; not whole, or not here: 2/);
  assert.ok(existsSync(join(data, 'node-0', 'meta')));
  assert.throws(() => planRepair(data, 7), /no member 7/);
});

repairs.run();
