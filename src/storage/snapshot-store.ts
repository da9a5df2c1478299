/**
 * The snapshot files of one node: finds the newest that is whole, writes and receives new ones, removes old
 * ones.
 *
 * @module
 */
import { type Disk, DiskError } from './disk.js';
import type { Snapshot, StorageIdentity } from './model.js';
import type { RecoveryReport } from './recovery-report.js';
import { SnapshotFileWriter } from './snapshot-file-writer.js';
import { snapshotIndex, snapshotName } from './snapshot-format.js';
import { SnapshotReader } from './snapshot-reader.js';
import { type SnapshotOffer, SnapshotReceiver } from './snapshot-receiver.js';
import { StorageError } from './storage-error.js';

const OWN_TEMPORARY = 'snapshot-own.tmp';
const RECEIVED_TEMPORARY = 'snapshot-received.tmp';

export interface FoundSnapshots {
  /** Newest whole snapshot. */
  readonly snapshot: Snapshot | null;
  /** Newer files that do not match their checksums. */
  readonly damaged: readonly string[];
}

/** Checks the snapshot files, newest first, until one is whole. */
export function findSnapshots(
  disk: Disk,
  identity: StorageIdentity,
  reports: RecoveryReport[],
): FoundSnapshots {
  const names = disk.list().filter(name => snapshotIndex(name) !== null);
  const damaged: string[] = [];
  for (const name of names.reverse()) {
    try {
      const reader = SnapshotReader.open(disk, name, identity);
      try {
        reader.verify();
        if (reader.snapshot.index === snapshotIndex(name)) {
          return { snapshot: reader.snapshot, damaged };
        }
      } finally {
        reader.close();
      }
      damaged.push(name);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'snapshot-damaged')) throw error;
      damaged.push(name);
      reports.push({ code: 'snapshot-damaged', message: error.message, place: error.place });
    }
  }
  return { snapshot: null, damaged };
}

export class SnapshotStore {
  readonly #disk: Disk;
  readonly #identity: StorageIdentity;
  #newest: Snapshot | null;
  #own: SnapshotFileWriter | null = null;
  #received: SnapshotReceiver | null = null;

  constructor(disk: Disk, identity: StorageIdentity, newest: Snapshot | null) {
    this.#disk = disk;
    this.#identity = identity;
    this.#newest = newest;
  }

  get newest(): Snapshot | null {
    return this.#newest;
  }

  /**
   * A new file for a snapshot of this node's own state. Throws `snapshot-misuse` while another is being
   * written.
   */
  write(snapshot: Snapshot): SnapshotFileWriter {
    if (this.#own !== null && !this.#own.aborted && !this.#own.finished) {
      throw new StorageError('snapshot-misuse', 'a snapshot is being written already');
    }
    this.#own = this.#file(snapshot, OWN_TEMPORARY);
    return this.#own;
  }

  /**
   * The receiver of this very offer if it was begun before, else a new one; one of another offer is given up.
   */
  receive(offer: SnapshotOffer): SnapshotReceiver {
    const begun = this.#received;
    if (begun !== null && !begun.aborted && sameOffer(begun.offer, offer)) return begun;
    begun?.abort();
    this.#received = new SnapshotReceiver(offer, this.#file(offer.snapshot, RECEIVED_TEMPORARY));
    return this.#received;
  }

  /** Gives a finished file its name, durably, and makes it the newest unless there is a newer one. */
  publish(file: SnapshotFileWriter | SnapshotReceiver, snapshot: Snapshot): void {
    file.publish(snapshotName(snapshot.index));
    if (file === this.#received) this.#received = null;
    if (snapshot.index > (this.#newest?.index ?? 0)) this.#newest = snapshot;
  }

  /** Opens the newest snapshot, null when there is none. It stays readable when a newer one replaces it. */
  open(): SnapshotReader | null {
    if (this.#newest === null) return null;
    return SnapshotReader.open(this.#disk, snapshotName(this.#newest.index), this.#identity);
  }

  /** What the disk does not let go of now stays until the next time: it does no harm. */
  removeOlder(): void {
    const newest = this.#newest?.index ?? 0;
    const old = this.#disk.list().filter(name => (snapshotIndex(name) ?? newest) < newest);
    try {
      for (const name of old) this.#disk.remove(name);
      if (old.length > 0) this.#disk.syncDirectory();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }

  #file(snapshot: Snapshot, temporaryName: string): SnapshotFileWriter {
    return new SnapshotFileWriter(this.#disk, this.#identity, snapshot, temporaryName);
  }
}

function sameOffer(a: SnapshotOffer, b: SnapshotOffer): boolean {
  return (
    a.snapshot.index === b.snapshot.index &&
    a.snapshot.term === b.snapshot.term &&
    a.dataBytes === b.dataBytes &&
    a.dataChecksum === b.dataChecksum
  );
}
