/**
 * One node of a run: the very driver that runs in worker threads, on a disk that forgets what was not synced and a clock
 * that may be wrong.
 *
 * @module
 */
import { NodeDriver } from '../node/driver.js';
import type { Mutation } from '../node/driver-options.js';
import type { Host } from '../node/host.js';
import { loadMachine } from '../node/load-machine.js';
import type { NodeMessage } from '../node/messages.js';
import type { Outcome } from '../node/outcome.js';
import { type NodeIndex, nodeIndex, raftIdOf } from '../node/peer-id.js';
import { entryHash, type TraceEvent } from '../node/trace.js';
import { DiskError, readWholeFile } from '../storage/disk.js';
import { FaultyDisk } from '../storage/faulty-disk.js';
import { type CrashPolicy, MemoryDisk } from '../storage/memory-disk.js';
import { NodeStorage, type StorageOptions } from '../storage/node-storage.js';
import { StorageError } from '../storage/storage-error.js';
import type { Coverage } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import type { FoundEntry, RecoveredLog } from './invariants.js';
import type { Plan } from './plan.js';
import { exponential, type Random, randomFor } from './random.js';

/** `lost`: its files were refused; it does not come back. `idle`: never started. */
export type Life = 'idle' | 'up' | 'paused' | 'down' | 'lost' | 'removed';

/** What a node tells the run. */
export interface NodeListener {
  send(from: NodeIndex, message: NodeMessage): void;
  outcome(node: NodeIndex, outcome: Outcome): void;
  trace(node: NodeIndex, event: TraceEvent): void;
  recovered(node: NodeIndex, found: RecoveredLog): void;
  turnEnded(node: NodeIndex): void;
  alarm(node: NodeIndex, text: string): void;
  /** It stopped by itself: its disk failed. */
  faulted(node: NodeIndex, error: Error): void;
}

const EPOCH_MS = Date.UTC(2026, 0, 1);
/** What a turn takes that leaves work for the next one. */
const BUSY_TURN_MS = 0.02;

export class SimulatedNode {
  readonly index: NodeIndex;
  readonly #plan: Plan;
  readonly #queue: EventQueue;
  readonly #listener: NodeListener;
  readonly #coverage: Coverage;
  readonly #mutations: ReadonlySet<Mutation>;
  readonly #turnRandom: Random;
  readonly #diskRandom: Random;
  #memory = new MemoryDisk();
  #disk: FaultyDisk;
  #driver: NodeDriver | null = null;
  #life: Life = 'idle';
  /** Changes with every start and crash: what was scheduled before is void. */
  #generation = 0;
  #turnScheduled = false;
  #inTurn = false;
  #lastSyncMs = 0;
  #syncMs: number;
  #clockOffsetMs = 0;
  #clockRate = 1;
  /** Moment and reading at the last change of the clock's rate. */
  #rateSinceMs = 0;
  #monotonicAtChangeMs = 0;
  incarnation = 0;
  /** False from the moment it begins again under a new identity until that has joined. */
  isMember = true;
  /** A bit of its files was flipped: the next start shows whether it survives that. */
  isDamaged = false;

  constructor(
    index: number,
    plan: Plan,
    queue: EventQueue,
    coverage: Coverage,
    listener: NodeListener,
    mutations: ReadonlySet<Mutation>,
  ) {
    this.index = nodeIndex(index);
    this.#plan = plan;
    this.#queue = queue;
    this.#coverage = coverage;
    this.#listener = listener;
    this.#mutations = mutations;
    this.#turnRandom = randomFor(plan.seed, 'turns', index);
    this.#diskRandom = randomFor(plan.seed, 'disk', index);
    this.#syncMs = plan.syncMs;
    this.#disk = this.#newDisk();
  }

  get life(): Life {
    return this.#life;
  }

  get driver(): NodeDriver | null {
    return this.#life === 'up' ? this.#driver : null;
  }

  #newDisk(): FaultyDisk {
    const disk = new FaultyDisk(this.#memory, {
      random: () => this.#diskRandom.unit(),
      schedule: (_, action) => this.#scheduleSync(action),
    });
    disk.setFault({ kind: 'slow', ms: 1 });
    return disk;
  }

  /** Syncs take a random time and finish in the order in which they began, as on one device. */
  #scheduleSync(action: () => void): void {
    const generation = this.#generation;
    const doneMs = this.#queue.nowMs + exponential(this.#diskRandom, this.#syncMs);
    this.#lastSyncMs = Math.max(this.#lastSyncMs, doneMs);
    this.#queue.at(this.#lastSyncMs, () => {
      if (generation === this.#generation) action();
    });
  }

  start(): void {
    if (this.#life === 'up' || this.#life === 'paused' || this.#life === 'removed' || this.#life === 'lost')
      return;
    this.#coverage.add(this.#life === 'idle' ? 'node-start' : 'node-restart');
    this.#generation += 1;
    this.#lastSyncMs = 0;
    this.#turnScheduled = false;
    try {
      this.#open();
      this.#life = 'up';
      this.isDamaged = false;
    } catch (error) {
      if (error instanceof StorageError) {
        this.#coverage.add('node-refused-its-files');
        this.#life = 'lost';
        if (!this.isDamaged)
          this.#listener.alarm(this.index, `refuses files that nobody damaged: ${error.message}`);
        return;
      }
      if (!(error instanceof DiskError)) throw error;
      // The disk fault of the moment hit the start: down until it is started again.
      this.#life = 'down';
      return;
    }
    this.#scheduleTick(this.#generation, this.#turnRandom.unit() * this.#plan.tickMs);
    this.#wake(0);
  }

  #open(): void {
    const { index } = this;
    const storage = NodeStorage.open(this.#disk, this.#storageOptions());
    for (const report of storage.recovery.reports)
      if (report.code === 'torn-tail') this.#coverage.add('torn-tail-cut');
    const machine = loadMachine(storage);
    this.#listener.recovered(index, recoveredLog(storage));
    const { tickMs, electionTicks, snapshotEntries, tailEntries, messageBytes } = this.#plan;
    this.#driver = new NodeDriver(
      {
        node: index,
        raftId: raftIdOf(index, this.incarnation),
        epoch: storage.recovery.starts,
        tickMs,
        electionTicks,
        heartbeatTicks: 1,
        limits: {
          messageBytes,
          snapshotLogEntries: snapshotEntries,
          logTailEntries: Math.max(1, tailEntries),
          snapshotChunkBytes: 2048,
          stateHashEvery: 8,
        },
        mutations: this.#mutations,
      },
      { host: this.#host(this.#generation), storage, machine },
    );
  }

  /** The log of every node, also of one that joins later, begins with the same members: the founders. */
  #storageOptions(): StorageOptions {
    const { index, incarnation } = this;
    const voters = Array.from({ length: this.#plan.nodes }, (_, founder) => raftIdOf(nodeIndex(founder)));
    return {
      clusterId: 'simulated',
      node: index,
      incarnation,
      raftId: raftIdOf(index, incarnation),
      initialMembers: { voters, outgoing: [], learners: [], learnersNext: [], autoLeave: false },
      segmentBytes: 16 * 1024,
    };
  }

  #host(generation: number): Host {
    const { index } = this;
    const listener = this.#listener;
    const isCurrent = (): boolean => generation === this.#generation;
    return {
      nowMs: () => EPOCH_MS + this.#monotonicMs() + this.#clockOffsetMs,
      monotonicMs: () => this.#monotonicMs(),
      random: () => this.#turnRandom.unit(),
      send: () => undefined,
      sendMessage: message => listener.send(index, message),
      outcome: outcome => listener.outcome(index, outcome),
      trace: event => listener.trace(index, event),
      event: (kind, text) => {
        if (kind === 'alarm') listener.alarm(index, text);
        if (kind === 'snapshot') this.#coverage.add('snapshot-made');
      },
      wake: () => {
        if (isCurrent()) this.#wakeNow();
      },
      fault: error => {
        this.#coverage.add('node-faulted');
        this.#queue.after(0, () => {
          if (!isCurrent()) return;
          this.crash();
          listener.faulted(index, error);
        });
      },
      removed: () => {
        this.#coverage.add('node-removed');
        this.#queue.after(0, () => {
          if (isCurrent()) this.#end('removed');
        });
      },
    };
  }

  receive(messages: readonly NodeMessage[]): void {
    if (this.#life !== 'up' && this.#life !== 'paused') return;
    for (const message of messages) this.#driver?.receiveMessage(message);
    this.#wakeNow();
  }

  /** Something was handed to the driver, from within another event: a turn is due. */
  wake(): void {
    this.#wake(0);
  }

  /** At the beginning of an event: a node without delay takes its turn in it. */
  #wakeNow(): void {
    if (this.#plan.turnDelayMs > 0 || this.#inTurn) this.#wake(0);
    else if (!this.#turnScheduled && this.#life === 'up') this.#turn();
  }

  #wake(atLeastMs: number): void {
    if (this.#turnScheduled || this.#life === 'paused') return;
    this.#turnScheduled = true;
    const generation = this.#generation;
    const delayMs = this.#plan.turnDelayMs === 0 ? 0 : exponential(this.#turnRandom, this.#plan.turnDelayMs);
    this.#queue.after(Math.max(atLeastMs, delayMs), () => {
      if (generation !== this.#generation) return;
      this.#turnScheduled = false;
      if (this.#life === 'up') this.#turn();
    });
  }

  #turn(): void {
    this.#inTurn = true;
    const again = this.#driver?.turn() ?? false;
    this.#inTurn = false;
    this.#listener.turnEnded(this.index);
    // Work that takes several turns takes time, too.
    if (again) this.#wake(BUSY_TURN_MS);
  }

  #scheduleTick(generation: number, delayMs: number): void {
    this.#queue.after(delayMs, () => {
      if (generation !== this.#generation) return;
      this.#driver?.tick();
      this.#wakeNow();
      this.#scheduleTick(generation, this.#plan.tickMs / this.#clockRate);
    });
  }

  pause(): void {
    if (this.#life === 'up') this.#life = 'paused';
  }

  resume(): void {
    if (this.#life !== 'paused') return;
    this.#life = 'up';
    this.#turnScheduled = false;
    this.#wake(0);
  }

  /** Power is lost: of what was not synced each write is lost, torn or kept, at random. */
  crash(): void {
    if (this.#life !== 'up' && this.#life !== 'paused') return;
    this.#end('down');
    this.#memory.crash(this.#crashPolicy());
  }

  #end(life: Life): void {
    this.#life = life;
    this.#generation += 1;
    this.#driver = null;
    this.#syncMs = this.#plan.syncMs;
    this.#disk.setFault({ kind: 'slow', ms: 1 });
  }

  #crashPolicy(): CrashPolicy {
    const keep = this.#diskRandom.unit();
    return {
      keeps: what => {
        const kept = this.#diskRandom.chance(keep);
        if (what === 'sector') this.#coverage.add(kept ? 'unsynced-write-kept' : 'unsynced-write-lost');
        return kept;
      },
    };
  }

  /**
   * One bit of one file, while it is down. A flip that looks like a torn tail is taken back: no log can tell it from a write
   * that was never finished, so a node that forgets by it is outside of what the protocol bears.
   */
  flipBit(): boolean {
    const files = this.#memory.list();
    const name = files[this.#diskRandom.below(files.length)];
    if (name === undefined) return false;
    const size = this.#memory.open(name, 'log').size();
    if (size === 0) return false;
    const position = this.#diskRandom.below(size);
    const bit = this.#diskRandom.below(8);
    const before = this.#promises();
    this.#disk.flipBit(name, position, bit);
    const after = this.#promises();
    if (after === 'refused' || after === before) {
      this.isDamaged = true;
      return true;
    }
    this.#disk.flipBit(name, position, bit);
    return false;
  }

  /** What the node would remember if it started now; tried on a copy. */
  #promises(): string {
    const copy = copyDisk(this.#memory);
    try {
      const storage = NodeStorage.open(copy, this.#storageOptions());
      const { hardState, snapshot } = storage.recovery;
      return `${hardState?.term} ${hardState?.vote} ${snapshot?.index} ${storage.lastIndex()}`;
    } catch (error) {
      if (error instanceof StorageError || error instanceof DiskError) return 'refused';
      throw error;
    }
  }

  setSyncMs(syncMs: number | null): void {
    this.#syncMs = syncMs ?? this.#plan.syncMs;
  }

  setDiskFull(full: boolean): void {
    this.#disk.setFault(full ? { kind: 'full' } : { kind: 'slow', ms: 1 });
  }

  failDisk(): void {
    this.#disk.setFault({ kind: 'eio' });
  }

  setClock(offsetMs: number, rate: number): void {
    this.#monotonicAtChangeMs = this.#monotonicMs();
    this.#rateSinceMs = this.#queue.nowMs;
    this.#clockOffsetMs = offsetMs;
    this.#clockRate = rate;
  }

  #monotonicMs(): number {
    return this.#monotonicAtChangeMs + (this.#queue.nowMs - this.#rateSinceMs) * this.#clockRate;
  }

  /** A node that was removed, or lost its files, comes back under a new identity, with empty files. */
  reincarnate(): boolean {
    if (this.#life !== 'removed' && this.#life !== 'lost') return false;
    this.incarnation += 1;
    this.isMember = false;
    this.isDamaged = false;
    this.#memory = new MemoryDisk();
    this.#disk = this.#newDisk();
    this.#life = 'idle';
    return true;
  }
}

function recoveredLog(storage: NodeStorage): RecoveredLog {
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

function copyDisk(disk: MemoryDisk): MemoryDisk {
  const copy = new MemoryDisk();
  for (const name of disk.list()) {
    const file = copy.create(name, 'log');
    file.write(readWholeFile(disk, name), 0);
    file.syncNow();
  }
  copy.syncDirectory();
  return copy;
}
