/**
 * A cluster whose three hosts live in one process: what is done on one of them happens on all, or they say where not.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterStatus, type ControlError, startCluster } from '../../../src/index.js';
import { eventually } from '../../helpers/serve.js';
import { getSurely, putSurely } from '../cluster-helpers.js';

const SERVERS = ['127.0.3.1', '127.0.3.2', '127.0.3.3'] as const;
const CONFIG = {
  servers: SERVERS,
  nodesPerServer: 1,
  portStart: 25_400,
  heartbeatMs: 50,
  electionTimeoutMinMs: 300,
  electionTimeoutMaxMs: 600,
};

const test = suite('a cluster of three hosts');

const start = (host: string): Promise<Cluster> => startCluster({ config: CONFIG, host });
let hosts: Cluster[] = [];

const at = (position: number): Cluster => {
  const cluster = hosts[position];
  if (cluster === undefined) throw new Error(`there is no host ${position}`);
  return cluster;
};

/** Every host shows it. */
const everywhere = (what: string, condition: (status: ClusterStatus) => boolean): Promise<unknown> =>
  Promise.all(hosts.map(host => host.waitFor(condition, { what, timeoutMs: 30_000 })));

const dropsOf = async (cluster: Cluster): Promise<unknown> => {
  const { nodes } = await cluster.status();
  const own = nodes.find(({ state }) => state === 'up')?.node ?? 0;
  return cluster.debug('conn_mat', own);
};

test.before(async () => {
  hosts = await Promise.all(SERVERS.map(start));
});

test.after(async () => {
  await Promise.all(hosts.map(host => host.stop()));
});

test('each host shows the whole cluster, and serves all of its data', async () => {
  await everywhere('three nodes', ({ nodes, leader }) => {
    return leader !== null && nodes.length === 3 && nodes.every(({ state }) => state === 'up');
  });
  const leaders = await Promise.all(hosts.map(host => host.waitForLeader()));
  assert.is(new Set(leaders).size, 1);
  await putSurely(at(0), 'key', 'value');
  for (const host of hosts) assert.is(await getSurely(host, 'key'), 'value');
  for (const node of [0, 1, 2]) assert.is(await getSurely(at(0), 'key', node), 'value');
});

test('link faults set on different hosts at once hold on all of them', async () => {
  await Promise.all(hosts.map((host, node) => host.setLink(node, (node + 1) % 3, { drop: (node + 1) / 10 })));
  const expected = [
    [0, 0.1, 0],
    [0, 0, 0.2],
    [0.3, 0, 0],
  ];
  for (const host of hosts) assert.equal(await dropsOf(host), expected);
  await everywhere('the faults in every status', ({ links }) =>
    links.every(({ from, to, faults }) => faults.drop === expected[from]?.[to]),
  );
  await at(2).heal();
  for (const host of hosts)
    assert.equal(
      (await dropsOf(host)) as number[][],
      expected.map(row => row.map(() => 0)),
    );
});

test('a node is killed, revived, paused and resumed from another host', async () => {
  await at(0).kill(2);
  assert.is((await at(0).status()).nodes[2]?.state, 'down');
  await at(1).waitFor(({ nodes }) => nodes[2]?.state === 'down');
  await at(1).revive(2);
  await at(1).pause(2);
  await at(0).waitFor(({ nodes }) => nodes[2]?.state === 'paused');
  await at(0).resume(2);
  const refused = await at(0)
    .resume(2)
    .catch((error: ControlError) => error);
  assert.match((refused as ControlError).message, /node 2 is not paused/);
  await at(1).setDisk(2, { kind: 'slow', delayMs: 1 });
  assert.is((await at(1).status()).nodes[2]?.diskFault, 'slow');
  await at(0).setDisk(2, { kind: 'ok' });
});

test('leadership moves to a node of another host', async () => {
  const leader = await at(0).waitForLeader();
  await at(0).transferLeadership((leader + 1) % 3);
  await everywhere('the new leader', status => status.leader === (leader + 1) % 3);
});

test('a host that is away is named, and follows when it is back without what it had', async () => {
  await at(2).stop();
  const gone = SERVERS[2];
  await at(0).waitFor(({ nodes }) => nodes[2]?.lastError === `host ${gone} is not reached`, {
    timeoutMs: 30_000,
  });
  const missed = (await at(0)
    .setLink(0, 2, { delayMs: 3 })
    .catch((error: unknown) => error)) as ControlError;
  assert.is(missed.code, 'hosts-missed');
  assert.match(missed.message, /done on 127\.0\.3\.1, 127\.0\.3\.2; not reached: 127\.0\.3\.3 /);
  const down = (await at(1)
    .revive(2)
    .catch((error: unknown) => error)) as ControlError;
  assert.is(down.code, 'node-down');
  await putSurely(at(1), 'key', 'newer');
  // Its memory is gone, so it must not vote as its former self: it joins as another member.
  hosts[2] = await start(gone);
  await everywhere('three voters', ({ nodes, leader }) => {
    const { raft } = nodes.find(({ node }) => node === leader) ?? {};
    return raft?.voters.length === 3 && !raft.joint && nodes.every(({ state }) => state === 'up');
  });
  await at(2).waitFor(({ links }) =>
    links.some(({ from, to, faults }) => from === 0 && to === 2 && faults.delayMs === 3),
  );
  assert.is(await getSurely(at(2), 'key', 2), 'newer');
  await at(2).heal();
});

test('a node is added on the host that is named, and another moves there', async () => {
  await at(0).addNode(3, SERVERS[1]);
  await everywhere('node 3 on the second host', ({ nodes }) => {
    const added = nodes.find(({ node }) => node === 3);
    return added?.host === SERVERS[1] && added.state === 'up';
  });
  await at(1).removeNode(2);
  await everywhere('node 2 to be gone', ({ nodes }) => nodes[2]?.state === 'removed');
  await at(0).addNode(2, SERVERS[0]);
  await everywhere('node 2 on the first host', ({ nodes, leader }) => {
    const { raft } = nodes.find(({ node }) => node === leader) ?? {};
    return nodes[2]?.host === SERVERS[0] && nodes[2].state === 'up' && raft?.voters.length === 4;
  });
  assert.is(await getSurely(at(2), 'key', 2), 'newer');
  const nowhere = (await at(0)
    .addNode(4, '127.0.3.9')
    .catch((error: unknown) => error)) as ControlError;
  assert.is(nowhere.code, 'bad-value');
});

test('what happens on one host is in the events of all', async () => {
  await at(1).execute('edit 0 1 0');
  const seen = await eventually('the event', 10_000, async () => {
    const { events } = await at(0).status();
    return events.some(({ text }) => text.includes('edit 0 1 0')) ? true : undefined;
  });
  assert.ok(seen);
});

test.run();
