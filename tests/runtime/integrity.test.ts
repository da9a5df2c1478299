/**
 * A replica whose state is silently wrong is found by the others and named.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
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

integrity('a node whose state differs is named in an alarm', () =>
  withDirectory(async dataDirectory => {
    await withCluster({ dataDirectory }, async cluster => {
      for (let i = 0; i < 20; i++) await putSurely(cluster, `key${i}`, 'value');
      await cluster.waitForConverged();
    });
    await makeWrong(dataDirectory);
    await withCluster({ dataDirectory }, async cluster => {
      for (let i = 0; i < 3 * CHECKPOINT_ENTRIES; i++) await putSurely(cluster, 'load', `${i}`);
      const isAlarm = ({ kind, text }: { kind: string; text: string }) =>
        kind === 'alarm' && text.includes('differs');
      const { events } = await cluster.waitFor(status => status.events.some(isAlarm), { what: 'an alarm' });
      const alarms = events.filter(isAlarm).map(({ text }) => text);
      assert.equal(alarms.length, 1, alarms.join('\n'));
      assert.match(alarms[0] ?? '', new RegExp(`differs on node ${VICTIM}$`));
    });
  }),
);

integrity('equal replicas raise no alarm, through a restart and a snapshot', () =>
  withDirectory(async dataDirectory => {
    await withCluster({ dataDirectory, config: { snapshotEntries: 300 } }, async cluster => {
      for (let i = 0; i < 2 * CHECKPOINT_ENTRIES; i++) await putSurely(cluster, `key${i % 7}`, `${i}`);
      await cluster.kill(VICTIM);
      for (let i = 0; i < CHECKPOINT_ENTRIES; i++) await putSurely(cluster, `key${i % 7}`, `${i}`);
      await cluster.revive(VICTIM);
      for (let i = 0; i < CHECKPOINT_ENTRIES; i++) await putSurely(cluster, `key${i % 7}`, `${i}`);
      const { events } = await cluster.waitForConverged();
      assert.deepEqual(
        events.filter(({ kind }) => kind === 'alarm'),
        [],
      );
    });
  }),
);

integrity.run();
