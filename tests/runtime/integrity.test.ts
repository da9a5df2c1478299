/**
 * A replica whose state is silently wrong is found by the others and named.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import type { Cluster, ClusterStatus } from '../../src/index.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import { loadMachine } from '../../src/node/load-machine.js';
import { nodeIndex, raftIdOf } from '../../src/node/peer-id.js';
import { NodeStorage } from '../../src/storage/node-storage.js';
import { RealDisk } from '../../src/storage/real-disk.js';
import { putSurely, withCluster, withDirectory } from './cluster-helpers.js';

const integrity = suite('integrity');
const VICTIM = 1;
const CHECKPOINT_ENTRIES = 256;
/** Each change of leader forgets what was to be compared. */
const CALM = { electionTimeoutMinMs: 600, electionTimeoutMaxMs: 1_200 } as const;

/**
 * Gives a stopped node a snapshot that is whole by all its checksums and wrong by one key, as a fault of its memory would:
 * one committed entry is applied as something else.
 */
async function makeWrong(data: string): Promise<void> {
  const { clusterId } = JSON.parse(readFileSync(join(data, 'cluster.json'), 'utf8')) as { clusterId: string };
  const raftId = raftIdOf(nodeIndex(VICTIM), 0);
  const storage = NodeStorage.open(new RealDisk(join(data, `node-${VICTIM}`)), {
    clusterId,
    node: VICTIM,
    incarnation: 0,
    raftId,
    initialMembers: { voters: [], outgoing: [], learners: [], learnersNext: [], autoLeave: false },
  });
  const machine = loadMachine(storage);
  const { hardState, confState } = storage.initialState();
  const commit = hardState?.commit ?? 0;
  let isChanged = false;
  for (const entry of storage.entries(machine.lastApplied + 1, commit + 1, 1e9)) {
    const isBatch = entry.type === 'normal' && entry.data.length > 0;
    machine.apply(entry.index, entry.term, isBatch && !isChanged ? otherBatch() : entry.data);
    isChanged ||= isBatch;
  }
  assert.ok(isChanged, 'there was nothing to falsify');
  const writer = storage.snapshotWriter({ index: machine.lastApplied, term: machine.lastTerm, confState });
  const cursor = machine.beginSnapshot();
  for (let part = cursor.next(65_536); part !== null; part = cursor.next(65_536)) writer.write(part);
  await new Promise<void>((resolve, reject) => {
    storage.commitSnapshot(writer, error => (error === null ? resolve() : reject(error)));
  });
  storage.close();
}

function otherBatch(): Uint8Array {
  const builder = new BatchBuilder();
  builder.append(commandNamed('set')?.opcode ?? 0, ['key', 'wrong']);
  return builder.finish(9, 1, 1);
}

/** A writer at each node that is up, until the status is as wanted. */
async function loadUntil(
  cluster: Cluster,
  what: string,
  isReached: (status: ClusterStatus) => boolean,
): Promise<ClusterStatus> {
  const { nodes } = await cluster.status();
  const writers = nodes.filter(({ state }) => state === 'up').map(({ node }) => node);
  let isEnough = false;
  const reached = cluster.waitFor(isReached, { what, timeoutMs: 60_000 }).finally(() => {
    isEnough = true;
  });
  const lanes = writers.map(async node => {
    for (let i = 0; !isEnough; i++) {
      const result = await cluster.command(['SET', `key${i % 7}`, `${node} ${i}`], node).catch(() => null);
      if (result?.ok !== true) await new Promise(resolve => setTimeout(resolve, 20));
    }
  });
  await Promise.all([reached, ...lanes]);
  return reached;
}

const lastIndexOf = ({ nodes, leader }: ClusterStatus): number => nodes[leader ?? -1]?.raft?.lastIndex ?? 0;

/** Until the log has `count` entries more. */
async function load(cluster: Cluster, count: number): Promise<void> {
  await cluster.waitForLeader();
  const wanted = lastIndexOf(await cluster.status()) + count;
  await loadUntil(cluster, `${count} entries`, status => lastIndexOf(status) >= wanted);
}

const isAlarm = ({ kind }: { readonly kind: string }): boolean => kind === 'alarm';

integrity('equal replicas raise no alarm, through a restart and a snapshot; one that differs is named', () =>
  withDirectory(async dataDirectory => {
    await withCluster({ dataDirectory, config: { ...CALM, snapshotEntries: 300 } }, async cluster => {
      await putSurely(cluster, 'key', 'value');
      await load(cluster, CHECKPOINT_ENTRIES);
      await cluster.kill(VICTIM);
      await load(cluster, CHECKPOINT_ENTRIES / 4);
      await cluster.revive(VICTIM);
      await load(cluster, CHECKPOINT_ENTRIES);
      const { events } = await cluster.waitForConverged();
      assert.deepEqual(events.filter(isAlarm), []);
      // Its snapshot must not hold all: what comes after it is to be falsified.
      await cluster.snapshot(VICTIM);
      for (let i = 0; i < 5; i++) await putSurely(cluster, 'key', `after ${i}`);
      await cluster.waitForConverged();
    });
    await makeWrong(dataDirectory);
    await withCluster({ dataDirectory, config: CALM }, async cluster => {
      const { events } = await loadUntil(cluster, 'an alarm', status => status.events.some(isAlarm));
      const alarms = events.filter(isAlarm).map(({ text }) => text);
      assert.equal(alarms.length, 1, alarms.join('\n'));
      assert.match(alarms[0] ?? '', new RegExp(`differs on node ${VICTIM}$`));
    });
  }),
);

integrity.run();
