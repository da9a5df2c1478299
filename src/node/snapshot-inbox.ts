/**
 * Follower: takes the chunks of a snapshot, writes them beside the log, and builds the state from them as they come, so
 * that nothing large is left to do when the last one is here.
 *
 * @module
 */
import type { AppliedState } from '../kv/applied-state.js';
import { KvError } from '../kv/kv-error.js';
import { Restorer } from '../kv/snapshot-restorer.js';
import type { Snapshot } from '../raft/snapshot.js';
import type { NodeStorage } from '../storage/node-storage.js';
import type { SnapshotReceiver } from '../storage/snapshot-receiver.js';
import type { SnapshotChunk } from './messages.js';

/** A snapshot that is here, durable and whole, and may be installed. */
export interface ReceivedSnapshot {
  readonly chunk: SnapshotChunk;
  readonly receiver: SnapshotReceiver;
  readonly state: AppliedState;
}

interface Incoming {
  readonly receiver: SnapshotReceiver;
  readonly restorer: Restorer;
  chunk: SnapshotChunk;
  touchedTick: number;
  finishing: boolean;
}

/** `offset`: answer that; `wait`: no answer yet; `refused`: it is of no use. */
export type ChunkResult =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'wait' | 'refused' };

export class SnapshotInbox {
  readonly #storage: NodeStorage;
  readonly #wake: () => void;
  readonly #abandonTicks: number;
  #incoming: Incoming | null = null;
  #finished: { readonly incoming: Incoming; readonly error: Error | null } | null = null;
  /** Given to the core or being installed: nothing else is taken meanwhile. */
  #installing: ReceivedSnapshot | null = null;

  constructor(storage: NodeStorage, abandonTicks: number, wake: () => void) {
    this.#storage = storage;
    this.#abandonTicks = abandonTicks;
    this.#wake = wake;
  }

  get installing(): ReceivedSnapshot | null {
    return this.#installing;
  }

  /** @throws DiskError; the partial snapshot is given up then */
  take(chunk: SnapshotChunk, nowTick: number): ChunkResult {
    if (this.#installing !== null) return { kind: 'wait' };
    const incoming = this.#incomingFor(chunk, nowTick);
    if (incoming.finishing) return { kind: 'wait' };
    incoming.chunk = chunk;
    incoming.touchedTick = nowTick;
    const { receiver, restorer } = incoming;
    const before = receiver.offset;
    try {
      const after = receiver.write(chunk.offset, chunk.bytes);
      if (after > before) restorer.push(chunk.bytes.subarray(before - chunk.offset));
    } catch (error) {
      this.abandon();
      if (error instanceof KvError) return { kind: 'refused' };
      throw error;
    }
    if (receiver.offset < chunk.totalBytes) return { kind: 'offset', offset: receiver.offset };
    incoming.finishing = true;
    receiver.finish(error => {
      if (this.#incoming !== incoming) return;
      this.#finished = { incoming, error };
      this.#wake();
    });
    return { kind: 'wait' };
  }

  /** Once, when the last snapshot begun has become complete or has turned out to be damaged. */
  takeFinished(): ReceivedSnapshot | 'idle' | { readonly refused: SnapshotChunk; readonly error: Error } {
    const finished = this.#finished;
    if (finished === null) return 'idle';
    this.#finished = null;
    const { chunk, receiver, restorer } = finished.incoming;
    if (finished.error !== null) {
      this.abandon();
      return { refused: chunk, error: finished.error };
    }
    try {
      const received = { chunk, receiver, state: restorer.finish() };
      this.#incoming = null;
      this.#installing = received;
      return received;
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.abandon();
      return { refused: chunk, error };
    }
  }

  /** The core did not want it. */
  drop(): void {
    this.#installing?.receiver.abort();
    this.#installing = null;
  }

  /** It is in force. */
  installed(snapshot: Snapshot): AppliedState | null {
    const received = this.#installing;
    this.#installing = null;
    return received?.chunk.snapshot.index === snapshot.index ? received.state : null;
  }

  tick(nowTick: number): void {
    const incoming = this.#incoming;
    if (incoming === null || incoming.finishing) return;
    if (nowTick - incoming.touchedTick >= this.#abandonTicks) this.abandon();
  }

  abandon(): void {
    this.#incoming?.receiver.abort();
    this.#incoming = null;
  }

  #incomingFor(chunk: SnapshotChunk, nowTick: number): Incoming {
    const { snapshot, totalBytes: dataBytes, checksum: dataChecksum } = chunk;
    const receiver = this.#storage.receiveSnapshot({ snapshot, dataBytes, dataChecksum });
    if (this.#incoming?.receiver === receiver) return this.#incoming;
    const restorer = new Restorer();
    this.#incoming = { receiver, restorer, chunk, touchedTick: nowTick, finishing: false };
    return this.#incoming;
  }
}
