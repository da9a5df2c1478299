/**
 * Everything about snapshots in one node: making them, sending them, receiving and installing them.
 *
 * @module
 */
import type { StateMachine } from '../kv/state-machine.js';
import type { Entry } from '../raft/entry.js';
import type { RaftId } from '../raft/ids.js';
import type { HardState, InstallSnapshot } from '../raft/message.js';
import type { Raft } from '../raft/raft.js';
import type { Snapshot } from '../raft/snapshot.js';
import { DiskError } from '../storage/disk.js';
import type { NodeStorage } from '../storage/node-storage.js';
import type { SnapshotReader } from '../storage/snapshot-reader.js';
import { StorageError } from '../storage/storage-error.js';
import type { StoreDone } from './append-pipeline.js';
import type { Applier } from './applier.js';
import type { ControlDone } from './control.js';
import type { ResolvedOptions } from './driver-options.js';
import type { Host } from './host.js';
import { membersOf } from './membership.js';
import type { SnapshotChunk, SnapshotChunkReply } from './messages.js';
import type { Outbox } from './outbox.js';
import { nodeOf } from './peer-id.js';
import { SnapshotInbox } from './snapshot-inbox.js';
import { SnapshotMaker } from './snapshot-maker.js';
import { SnapshotSender } from './snapshot-sender.js';
import type { Tracer } from './tracer.js';

const GIVE_UP_ELECTIONS = 6;
const RETRY_ELECTIONS = 4;
/** While a follower is fed a snapshot the log behind it is kept, up to this many times the usual size. */
const PATIENCE_FACTOR = 4;

export interface SnapshotParts {
  readonly raft: Raft;
  readonly storage: NodeStorage;
  readonly machine: StateMachine;
  readonly applier: Applier;
  readonly outbox: Outbox;
  readonly tracer: Tracer;
  readonly host: Host;
  readonly options: ResolvedOptions;
}

export class Snapshots {
  readonly #parts: SnapshotParts;
  readonly #senders = new Map<RaftId, SnapshotSender>();
  readonly #inbox: SnapshotInbox;
  readonly #maker: SnapshotMaker;
  #transferCount = 0;
  #isAccepted = false;
  #nowTick = 0;
  #notBeforeTick = 0;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    const { storage, machine, host, options, applier, tracer } = parts;
    const { limits, electionTicks } = options;
    const startConfiguration = applier.configuration;
    const isStale = options.mutations.has('stale-membership-in-snapshot');
    this.#inbox = new SnapshotInbox(storage, electionTicks * GIVE_UP_ELECTIONS, () => host.wake());
    this.#maker = new SnapshotMaker({
      storage,
      machine,
      configuration: () => (isStale ? startConfiguration : applier.configuration),
      sliceBytes: limits.snapshotSliceBytes,
      tailEntries: limits.logTailEntries,
      wake: () => host.wake(),
      made: (index, hash) => {
        tracer.snapshot(index, hash);
        host.event('snapshot', `made a snapshot at index ${index}`);
      },
      failed: error => this.#makingFailed(error),
    });
  }

  /** Snapshots on their way to followers. */
  get transfers(): number {
    return this.#senders.size;
  }

  get hasWork(): boolean {
    return this.#maker.hasWork;
  }

  request(done: ControlDone): void {
    if (this.#inbox.installing !== null)
      done({ ok: false, code: 'refused', message: 'a snapshot is being installed' });
    else this.#maker.request(done);
  }

  /** A slice of everything that is under way. Call it in each turn. */
  work(): void {
    // All that the core had to say was taken: a snapshot that it did not hand on was of no use to it.
    const isIgnored = this.#inbox.installing !== null && !this.#isAccepted && !this.#parts.raft.hasReady();
    if (isIgnored) this.#inbox.drop();
    this.#finishReceived();
    if (this.#isDue()) {
      this.#parts.applier.snapshotTaken();
      this.#maker.begin();
    }
    this.#maker.work();
  }

  // ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** The core wants `message.to` to have a snapshot: the newest goes, the message itself does not. */
  send(message: InstallSnapshot, nowTick: number): void {
    const { raft, options, outbox } = this.#parts;
    this.#endSender(message.to);
    const reader = this.#openNewest();
    if (reader === null || !membersOf(reader.snapshot.confState).has(message.to)) {
      // A member that joined after it would not take it: a newer one is made, and the core asks again at its next chance.
      reader?.close();
      this.#maker.begin();
      raft.reportSnapshot(message.to, false);
      return;
    }
    const { limits, heartbeatTicks, electionTicks } = options;
    this.#transferCount += 1;
    const transfer = options.epoch * 2 ** 24 + this.#transferCount;
    const sender = new SnapshotSender(
      { from: raft.id, to: message.to, term: raft.term, transfer },
      reader,
      {
        chunkBytes: limits.snapshotChunkBytes,
        chunksInFlight: limits.snapshotChunksInFlight,
        resendTicks: heartbeatTicks * 2,
        giveUpTicks: electionTicks * GIVE_UP_ELECTIONS,
      },
      nowTick,
      chunk => outbox.add(chunk),
    );
    this.#senders.set(message.to, sender);
    const { index } = reader.snapshot;
    this.#parts.host.event('snapshot', `sends a snapshot at index ${index} to node ${nodeOf(message.to)}`);
    this.#pump(sender);
  }

  receiveReply(message: SnapshotChunkReply, nowTick: number): void {
    const sender = this.#senders.get(message.from);
    if (sender === undefined) return;
    const result = sender.reply(message, nowTick);
    if (result === 'going') this.#pump(sender);
    else this.#finishSender(message.from, result === 'complete');
  }

  leaderChanged(): void {
    if (this.#parts.raft.role === 'leader') return;
    for (const to of [...this.#senders.keys()]) this.#endSender(to);
  }

  tick(nowTick: number): void {
    this.#nowTick = nowTick;
    this.#inbox.tick(nowTick);
    for (const [to, sender] of this.#senders) {
      if (sender.tick(nowTick)) this.#pump(sender);
      else this.#finishSender(to, false);
    }
  }

  close(): void {
    for (const to of [...this.#senders.keys()]) this.#endSender(to);
    this.#inbox.abandon();
    this.#maker.abandon();
  }

  #openNewest(): SnapshotReader | null {
    try {
      return this.#parts.storage.openSnapshot();
    } catch (error) {
      this.#damaged(error);
      return null;
    }
  }

  #pump(sender: SnapshotSender): void {
    try {
      sender.pump();
    } catch (error) {
      this.#damaged(error);
      this.#finishSender(sender.to, false);
    }
  }

  /** A snapshot that cannot be read is no use to anybody: a new one takes its place. */
  #damaged(error: unknown): void {
    if (!(error instanceof StorageError && error.code === 'snapshot-damaged')) throw error;
    this.#parts.host.event('alarm', error.message);
    this.#maker.begin();
  }

  #finishSender(to: RaftId, ok: boolean): void {
    this.#endSender(to);
    this.#parts.raft.reportSnapshot(to, ok);
  }

  #endSender(to: RaftId): void {
    this.#senders.get(to)?.close();
    this.#senders.delete(to);
  }

  // ── receiving ───────────────────────────────────────────────────────────────────────────────────────────────

  receiveChunk(chunk: SnapshotChunk): void {
    const { raft } = this.#parts;
    if (chunk.term < raft.term || this.#inbox.installing !== null) return;
    if (chunk.snapshot.index <= raft.commitIndex) {
      this.#reply(chunk, chunk.totalBytes, false);
      return;
    }
    try {
      const result = this.#inbox.take(chunk, this.#nowTick);
      if (result.kind === 'offset') this.#reply(chunk, result.offset, false);
      else if (result.kind === 'refused') this.#reply(chunk, 0, true);
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof StorageError)) throw error;
      this.#receivingFailed(chunk, error);
    }
    this.#finishReceived();
  }

  /** The core has made the received snapshot its own: it comes to `install`. */
  accepted(): void {
    this.#isAccepted = true;
  }

  /** For the append pipeline: the core has accepted the snapshot. */
  install(snapshot: Snapshot, entries: readonly Entry[], hardState: HardState | null, done: StoreDone): void {
    const received = this.#inbox.installing;
    if (received === null || received.chunk.snapshot.index !== snapshot.index) {
      throw new StorageError('snapshot-missing', `the snapshot at index ${snapshot.index} is not here`);
    }
    this.#parts.storage.installSnapshot(received.receiver, entries, hardState, done);
  }

  /** It is durable: the state machine begins there. */
  installed(snapshot: Snapshot): void {
    const { machine, applier, tracer, host } = this.#parts;
    const state = this.#inbox.installed(snapshot);
    if (state === null) throw new StorageError('snapshot-missing', `no state for index ${snapshot.index}`);
    this.#maker.abandon();
    machine.restore(state);
    applier.installed(snapshot.confState, snapshot.index);
    tracer.install(snapshot.index, snapshot.term, machine.hash());
    host.event('snapshot', `installed a snapshot at index ${snapshot.index}`);
    this.#maker.replaced(snapshot.index);
  }

  #finishReceived(): void {
    const finished = this.#inbox.takeFinished();
    if (finished === 'idle') return;
    if ('refused' in finished) {
      this.#receivingFailed(finished.refused, finished.error);
      return;
    }
    const { raft } = this.#parts;
    const { chunk } = finished;
    const { from, to, term, snapshot } = chunk;
    this.#isAccepted = false;
    raft.step({ type: 'InstallSnapshot', from, to, term, snapshot });
    this.#reply(chunk, chunk.totalBytes, false);
  }

  #receivingFailed(chunk: SnapshotChunk, error: Error): void {
    this.#inbox.abandon();
    this.#parts.host.event('fault', `could not take a snapshot: ${error.message}`);
    this.#reply(chunk, 0, true);
  }

  #reply(chunk: SnapshotChunk, offset: number, wasRefused: boolean): void {
    const { raft, outbox } = this.#parts;
    outbox.add({
      type: 'SnapshotChunkReply',
      from: raft.id,
      to: chunk.from,
      term: raft.term,
      transfer: chunk.transfer,
      offset,
      refused: wasRefused,
    });
  }

  // ── making ──────────────────────────────────────────────────────────────────────────────────────────────────

  #isDue(): boolean {
    const { applier, storage, machine, options } = this.#parts;
    if (this.#maker.isBusy || this.#inbox.installing !== null) return false;
    if (this.#nowTick < this.#notBeforeTick) return false;
    const { snapshotLogBytes, snapshotLogEntries } = options.limits;
    const patience = this.transfers > 0 ? PATIENCE_FACTOR : 1;
    const entries = machine.lastApplied - (storage.snapshot()?.index ?? 0);
    return (
      applier.bytesSinceSnapshot > snapshotLogBytes * patience || entries > snapshotLogEntries * patience
    );
  }

  #makingFailed(error: Error): void {
    this.#notBeforeTick = this.#nowTick + this.#parts.options.electionTicks * RETRY_ELECTIONS;
    this.#parts.host.event('fault', `could not make a snapshot: ${error.message}`);
  }
}
