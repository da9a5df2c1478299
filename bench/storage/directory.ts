/**
 * The directory of one node, filled for measurements.
 *
 * @module
 */
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import { nodeIndex, raftIdOf } from '../../src/node/peer-id.js';
import { NONE } from '../../src/raft/ids.js';
import type { StoreDone } from '../../src/storage/group-commit.js';
import { NodeStorage } from '../../src/storage/node-storage.js';
import { RealDisk } from '../../src/storage/real-disk.js';

export const SELF = raftIdOf(nodeIndex(0), 0);
export const MEMBERS = { voters: [SELF], outgoing: [], learners: [], learnersNext: [], autoLeave: false };
export const TERM = 1;

export const openNode = (path: string): NodeStorage =>
  NodeStorage.open(new RealDisk(path), {
    clusterId: 'bench',
    node: 0,
    incarnation: 0,
    raftId: SELF,
    initialMembers: MEMBERS,
  });

const SET = commandNamed('set')?.opcode ?? 0;

/** A batch of one command, SET key value, as a gateway would encode it. */
export function setBatch(builder: BatchBuilder, key: string, value: string, sequence: number): Uint8Array {
  builder.append(SET, [key, value]);
  return builder.finish(1, 1, sequence);
}

/** A log of `count` entries, each a SET of 100 bytes to one of `keys` keys, all committed. */
export function fillLog(path: string, count: number, keys: number): void {
  const storage = openNode(path);
  const builder = new BatchBuilder();
  const value = 'x'.repeat(100);
  const step = 1_000;
  for (let first = 1; first <= count; first += step) {
    const entries = Array.from({ length: Math.min(step, count - first + 1) }, (_, i) => {
      const index = first + i;
      return {
        index,
        term: TERM,
        type: 'normal' as const,
        data: setBatch(builder, `key${index % keys}`, value, index),
      };
    });
    const commit = first + entries.length - 1;
    storage.append(entries, { term: TERM, vote: NONE, commit }, error => {
      if (error !== null) throw error;
    });
  }
  storage.close();
}

export function settled(start: (done: StoreDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start(error => (error === null ? resolve() : reject(error)));
  });
}
