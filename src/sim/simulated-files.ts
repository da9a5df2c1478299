/**
 * What a simulated node keeps across its lives: its disk, and up to where it is sure to know its log as committed after a restart.
 *
 * @module
 */
import { type NodeIndex, nodeIndex, raftIdOf } from '../node/peer-id.js';
import { entryHash } from '../node/trace.js';
import type { NodeStorage, StorageOptions } from '../storage/node-storage.js';
import type { FoundEntry, RecoveredLog } from './invariants.js';
import type { Plan } from './plan.js';
import type { SimulatedDisk } from './simulated-disk.js';

export class SimulatedFiles {
  readonly #disk: SimulatedDisk;
  readonly #index: NodeIndex;
  readonly #founders: number;
  #storage: NodeStorage | null = null;
  #durableCommit = 0;

  constructor(disk: SimulatedDisk, index: NodeIndex, plan: Plan) {
    this.#disk = disk;
    this.#index = index;
    this.#founders = plan.nodes;
  }

  get durableIndex(): number {
    return Math.max(this.#durableCommit, this.#storage?.snapshot()?.index ?? 0);
  }

  /** @throws StorageError, DiskError */
  open(incarnation: number): NodeStorage {
    const storage = this.#disk.open(this.#options(incarnation));
    this.#storage = storage;
    this.#watchCommit(storage);
    return storage;
  }

  /** One bit of one of them. @returns whether there was one to turn over */
  flipBit(incarnation: number): boolean {
    return this.#disk.flipBit(this.#options(incarnation));
  }

  wipe(): void {
    this.#disk.wipe();
    this.#storage = null;
    this.#durableCommit = 0;
  }

  /** A commit index is durable with the next entries that are: by itself it is not synced. */
  #watchCommit(storage: NodeStorage): void {
    const append = storage.append.bind(storage);
    let written = storage.recovery.hardState?.commit ?? 0;
    this.#durableCommit = written;
    storage.append = (entries, hardState, done) => {
      if (hardState !== null) written = hardState.commit;
      const commit = written;
      append(entries, hardState, error => {
        if (error === null && entries.length > 0) this.#durableCommit = commit;
        done(error);
      });
    };
  }

  /** The log of every node, also of one that joins later, begins with the same members: the founders. */
  #options(incarnation: number): StorageOptions {
    const voters = Array.from({ length: this.#founders }, (_, founder) => raftIdOf(nodeIndex(founder)));
    return {
      clusterId: 'simulated',
      node: this.#index,
      incarnation,
      raftId: raftIdOf(this.#index, incarnation),
      initialMembers: { voters, outgoing: [], learners: [], learnersNext: [], autoLeave: false },
      segmentBytes: 16 * 1024,
    };
  }
}

/** The log as a start has found it. */
export function recoveredLog(storage: NodeStorage): RecoveredLog {
  const base = storage.firstIndex() - 1;
  const entries: FoundEntry[] = [];
  let next = base + 1;
  while (next <= storage.lastIndex()) {
    for (const entry of storage.entries(next, storage.lastIndex() + 1, 1 << 20)) {
      entries.push({ index: entry.index, term: entry.term, hash: entryHash(entry) });
      next = entry.index + 1;
    }
  }
  return { base, snapshotIndex: storage.snapshot()?.index ?? 0, entries };
}
