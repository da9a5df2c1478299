/**
 * Backups that clients fetch from a node: a snapshot of its state, held open and handed out in chunks.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { ControlRequest, ControlResult } from '../node/control.js';
import type { NodeStorage } from '../storage/node-storage.js';
import type { SnapshotReader } from '../storage/snapshot-reader.js';

export interface BackupOffer {
  readonly id: string;
  readonly clusterId: string;
  /** The backup holds everything up to this entry of the log. */
  readonly index: number;
  readonly term: number;
  /** How many nodes vote in the cluster. */
  readonly nodes: number;
  readonly bytes: number;
  /** CRC-32 of all bytes. */
  readonly checksum: number;
}

/** What a gateway may ask. Promises reject, and `read` throws, with a `BackupError`. */
export interface BackupSource {
  /** A backup that holds at least everything applied on this node by now. */
  begin(): Promise<BackupOffer>;
  /** Up to `BACKUP_CHUNK_BYTES` from `offset` on; empty at the end. */
  read(id: string, offset: number): Uint8Array;
  end(id: string): void;
}

const BACKUP_CHUNK_BYTES = 256 * 1024;
/** More at a time are refused: each holds a file open. */
const OPEN_MAX = 4;
/** A backup that nobody reads for so long is closed. */
const IDLE_LIMIT_MS = 60_000;
/** Snapshots that were begun before the backup was asked for do not count; the one after them does. */
const ATTEMPTS_MAX = 5;

/** Thrown when a backup is refused. */
class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: 'too-many' | 'no-snapshot' | 'unknown-backup';
  constructor(code: BackupError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

interface OpenBackup {
  readonly reader: SnapshotReader;
  usedAtMs: number;
}

export interface BackupParts {
  readonly storage: NodeStorage;
  readonly control: (request: ControlRequest) => Promise<ControlResult>;
  readonly lastApplied: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export class Backups implements BackupSource {
  readonly #parts: BackupParts;
  readonly #open = new Map<string, OpenBackup>();
  /** Being begun: they count towards the limit. */
  #beginning = 0;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  async begin(): Promise<BackupOffer> {
    this.#closeIdle();
    if (this.#open.size + this.#beginning >= OPEN_MAX) {
      throw new BackupError('too-many', `${OPEN_MAX} backups are being taken from this node already`);
    }
    this.#beginning++;
    try {
      await this.#makeSnapshot(this.#parts.lastApplied());
      return this.#offer();
    } finally {
      this.#beginning--;
    }
  }

  read(id: string, offset: number): Uint8Array {
    const backup = this.#open.get(id);
    if (backup === undefined) {
      throw new BackupError('unknown-backup', `there is no backup ${id} here (any more)`);
    }
    backup.usedAtMs = this.#parts.now();
    return backup.reader.read(offset, BACKUP_CHUNK_BYTES);
  }

  end(id: string): void {
    this.#open.get(id)?.reader.close();
    this.#open.delete(id);
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.end(id);
  }

  async #makeSnapshot(indexMin: number): Promise<void> {
    let reason = 'no snapshot could be made';
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const result = await this.#parts.control({ kind: 'snapshot' });
      if (result.ok && (this.#parts.storage.snapshot()?.index ?? 0) >= indexMin) return;
      if (!result.ok) reason = result.message;
    }
    throw new BackupError('no-snapshot', reason);
  }

  #offer(): BackupOffer {
    const reader = this.#parts.storage.openSnapshot();
    if (reader === null) throw new BackupError('no-snapshot', 'there is no snapshot');
    const id = randomUUID();
    this.#open.set(id, { reader, usedAtMs: this.#parts.now() });
    const { index, term, confState } = reader.snapshot;
    return {
      id,
      clusterId: reader.owner.clusterId,
      index,
      term,
      nodes: confState.voters.length,
      bytes: reader.dataBytes,
      checksum: reader.dataChecksum,
    };
  }

  #closeIdle(): void {
    const limit = this.#parts.now() - IDLE_LIMIT_MS;
    for (const [id, { usedAtMs }] of this.#open) if (usedAtMs < limit) this.end(id);
  }
}
