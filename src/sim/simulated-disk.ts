/**
 * The disk of a simulated node: syncs take virtual time, a crash loses or tears what was not synced, bits flip.
 *
 * @module
 */
import { DiskError, readWholeFile } from '../storage/disk.js';
import { FaultyDisk } from '../storage/faulty-disk.js';
import { type CrashPolicy, MemoryDisk } from '../storage/memory-disk.js';
import { NodeStorage, type StorageOptions } from '../storage/node-storage.js';
import { StorageError } from '../storage/storage-error.js';
import type { Coverage } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import { exponential, type Random } from './random.js';

/** Places tried for a flip before the files are left alone. */
const FLIP_TRIES = 8;

export class SimulatedDisk {
  readonly #queue: EventQueue;
  readonly #random: Random;
  readonly #coverage: Coverage;
  readonly #usualSyncMs: number;
  #memory = new MemoryDisk();
  #faulty: FaultyDisk;
  #syncMs: number;
  #lastSyncMs = 0;
  /** Changes with every start and crash: syncs that were under way are void. */
  #generation = 0;

  constructor(queue: EventQueue, random: Random, coverage: Coverage, syncMs: number) {
    this.#queue = queue;
    this.#random = random;
    this.#coverage = coverage;
    this.#usualSyncMs = syncMs;
    this.#syncMs = syncMs;
    this.#faulty = this.#attach();
  }

  #attach(): FaultyDisk {
    const disk = new FaultyDisk(this.#memory, {
      random: () => this.#random.unit(),
      schedule: (_, action) => this.#scheduleSync(action),
    });
    disk.setFault(SLOW);
    return disk;
  }

  /** Syncs take a random time and finish in the order in which they began, as on one device. */
  #scheduleSync(action: () => void): void {
    const generation = this.#generation;
    const doneMs = this.#queue.nowMs + exponential(this.#random, this.#syncMs);
    this.#lastSyncMs = Math.max(this.#lastSyncMs, doneMs);
    this.#queue.at(this.#lastSyncMs, () => {
      if (generation === this.#generation) action();
    });
  }

  /** @throws StorageError, DiskError */
  open(options: StorageOptions): NodeStorage {
    this.#generation += 1;
    this.#lastSyncMs = 0;
    return NodeStorage.open(this.#faulty, options);
  }

  /** Nobody uses it any more, and its trouble is over; what was not synced is still there. */
  release(): void {
    this.#generation += 1;
    this.#syncMs = this.#usualSyncMs;
    this.#faulty.setFault(SLOW);
  }

  /** Power is lost: of what was not synced each sector, name and size is lost or kept, at random. */
  crash(): void {
    const keep = this.#random.unit();
    const policy: CrashPolicy = {
      keeps: what => {
        const kept = this.#random.chance(keep);
        if (what === 'sector') this.#coverage.add(kept ? 'unsynced-write-kept' : 'unsynced-write-lost');
        return kept;
      },
    };
    this.#memory.crash(policy);
  }

  wipe(): void {
    this.#memory = new MemoryDisk();
    this.#faulty = this.#attach();
  }

  /** Null: as usual. */
  setSyncMs(syncMs: number | null): void {
    this.#syncMs = syncMs ?? this.#usualSyncMs;
  }

  setFull(full: boolean): void {
    this.#faulty.setFault(full ? { kind: 'full' } : SLOW);
  }

  fail(): void {
    this.#faulty.setFault({ kind: 'eio' });
  }

  /**
   * Flips one bit of one file. False: none was found that may be flipped.
   */
  flipBit(options: StorageOptions): boolean {
    const before = this.#promises(options);
    for (let tries = 0; tries < FLIP_TRIES; tries += 1) if (this.#flipOne(options, before)) return true;
    return false;
  }

  /**
   * A flip that looks like a torn tail is taken back: no log can tell it from a write that was
   * never finished, so a node that forgets by it is outside of what the protocol bears.
   */
  #flipOne(options: StorageOptions, before: string): boolean {
    const files = this.#memory.list();
    const name = files[this.#random.below(files.length)];
    if (name === undefined) return false;
    const size = this.#memory.open(name, 'log').size();
    if (size === 0) return false;
    const position = this.#random.below(size);
    const bit = this.#random.below(8);
    this.#faulty.flipBit(name, position, bit);
    const after = this.#promises(options);
    if (after === 'refused' || after === before) return true;
    this.#faulty.flipBit(name, position, bit);
    return false;
  }

  /** What the node would remember if it started now; tried on a copy. */
  #promises(options: StorageOptions): string {
    try {
      const storage = NodeStorage.open(copyOf(this.#memory), options);
      const { hardState, snapshot } = storage.recovery;
      return `${hardState?.term} ${hardState?.vote} ${snapshot?.index} ${storage.lastIndex()}`;
    } catch (error) {
      if (error instanceof StorageError || error instanceof DiskError) return 'refused';
      throw error;
    }
  }
}

/** Without other trouble every sync takes its (virtual) time. */
const SLOW = { kind: 'slow', ms: 1 } as const;

function copyOf(disk: MemoryDisk): MemoryDisk {
  const copy = new MemoryDisk();
  for (const name of disk.list()) {
    const file = copy.create(name, 'log');
    file.write(readWholeFile(disk, name), 0);
    file.syncNow();
  }
  copy.syncDirectory();
  return copy;
}
