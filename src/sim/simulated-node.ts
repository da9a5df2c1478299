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
import type { TraceEvent } from '../node/trace.js';
import type { RaftId } from '../raft/ids.js';
import { DiskError } from '../storage/disk.js';
import { StorageError } from '../storage/storage-error.js';
import type { Coverage } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import type { RecoveredLog } from './invariants.js';
import type { Plan } from './plan.js';
import { exponential, type Random, randomFor } from './random.js';
import { SimulatedClock } from './simulated-clock.js';
import { SimulatedDisk } from './simulated-disk.js';
import { recoveredLog, SimulatedFiles } from './simulated-files.js';
import { TickClock } from './tick-clock.js';

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
  membershipChanged(node: NodeIndex): void;
  /** It stopped by itself: its disk failed. */
  faulted(node: NodeIndex, error: Error): void;
}

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
  readonly #disk: SimulatedDisk;
  readonly #files: SimulatedFiles;
  readonly #clock: SimulatedClock;
  #driver: NodeDriver | null = null;
  #life: Life = 'idle';
  /** Changes with every start and crash: what was scheduled before is void. */
  #generation = 0;
  #turnScheduled = false;
  #inTurn = false;
  readonly #time: TickClock;
  /** When the next look at the ticks is due. */
  #timerMs = Number.POSITIVE_INFINITY;
  incarnation = 0;
  /** False from the moment it begins again under a new identity until that one votes. */
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
    this.#time = new TickClock(plan.tickMs);
    this.#turnRandom = randomFor(plan.seed, 'turns', index);
    this.#disk = new SimulatedDisk(queue, randomFor(plan.seed, 'disk', index), coverage, plan.syncMs);
    this.#files = new SimulatedFiles(this.#disk, this.index, plan);
    this.#clock = new SimulatedClock(queue);
  }

  get life(): Life {
    return this.#life;
  }

  /** Null unless it is up: nobody can talk to one that is paused. */
  get driver(): NodeDriver | null {
    return this.#life === 'up' ? this.#driver : null;
  }

  /** The same for one that is paused. */
  get running(): NodeDriver | null {
    return this.#driver;
  }

  /** Up to here it is sure to know its log as committed after a restart. */
  get durableIndex(): number {
    return this.#files.durableIndex;
  }

  /** Of its identity of now. */
  get raftId(): RaftId {
    return raftIdOf(this.index, this.incarnation);
  }

  start(): void {
    if (this.#life === 'up' || this.#life === 'paused' || this.#life === 'removed' || this.#life === 'lost')
      return;
    this.#coverage.add(this.#life === 'idle' ? 'node-start' : 'node-restart');
    this.#generation += 1;
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
    this.#timerMs = Number.POSITIVE_INFINITY;
    this.#time.start(this.#queue.nowMs + this.#turnRandom.unit() * this.#plan.tickMs);
    this.#setTimer(this.#time.dueMs);
    this.#wake(0);
  }

  #open(): void {
    const { index } = this;
    const storage = this.#files.open(this.incarnation);
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

  #host(generation: number): Host {
    const { index } = this;
    const listener = this.#listener;
    const isCurrent = (): boolean => generation === this.#generation;
    return {
      nowMs: () => this.#clock.nowMs,
      monotonicMs: () => this.#clock.monotonicMs,
      random: () => this.#turnRandom.unit(),
      send: () => undefined,
      sendMessage: message => listener.send(index, message),
      outcome: outcome => listener.outcome(index, outcome),
      trace: event => listener.trace(index, event),
      event: (kind, text) => {
        if (kind === 'alarm') listener.alarm(index, text);
        if (kind === 'membership') listener.membershipChanged(index);
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
    let mustTurn = false;
    for (const message of messages) {
      if (this.#hearsQuietly(message)) continue;
      this.#driver?.receiveMessage(message);
      mustTurn = true;
    }
    if (!mustTurn) return;
    this.#time.heardSomething();
    this.#wakeNow();
  }

  /** As between threads: a heartbeat that says nothing new wakes nobody and is not answered. */
  #hearsQuietly(message: NodeMessage): boolean {
    if (message.type !== 'Heartbeat' || message.quiet !== true || this.#life !== 'up') return false;
    const { from, to, term } = message;
    if (to !== this.raftId || this.#driver?.hearLeader(from, term) !== true) return false;
    this.#time.heardLeader(this.#queue.nowMs);
    return true;
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
    const driver = this.#driver;
    if (driver === null) return;
    const ticks = this.#time.take(this.#queue.nowMs);
    if (ticks > 0) driver.tick(ticks);
    this.#inTurn = true;
    const again = driver.turn();
    this.#inTurn = false;
    this.#listener.turnEnded(this.index);
    // Work that takes several turns takes time, too.
    if (again) this.#wake(BUSY_TURN_MS);
    this.#planTicks(driver);
  }

  /** A timer that goes off too early costs less than one that is set anew: only what is due sooner sets it. */
  #planTicks(driver: NodeDriver): void {
    const dueMs = this.#time.plan(driver.quietTicks, this.#clock.queueTimeOf(driver.turnDueMs));
    if (dueMs < this.#timerMs) this.#setTimer(dueMs);
  }

  #setTimer(atMs: number): void {
    const generation = this.#generation;
    this.#timerMs = atMs;
    this.#queue.at(atMs, () => {
      if (generation === this.#generation && atMs === this.#timerMs) this.#timerFired();
    });
  }

  #timerFired(): void {
    this.#timerMs = Number.POSITIVE_INFINITY;
    const driver = this.#driver;
    if (driver === null || this.#life !== 'up') return;
    this.#time.forgive(driver);
    if (this.#time.dueMs > this.#queue.nowMs) this.#setTimer(this.#time.dueMs);
    else this.#wakeNow();
  }

  pause(): void {
    if (this.#life === 'up') this.#life = 'paused';
  }

  resume(): void {
    if (this.#life !== 'paused') return;
    this.#life = 'up';
    this.#turnScheduled = false;
    // What came meanwhile is heard before the time that has passed counts.
    this.#time.heardSomething();
    this.#time.stoodStill(this.#queue.nowMs);
    this.#wake(0);
  }

  /** Power is lost: of what was not synced each write is lost, torn or kept, at random. */
  crash(): void {
    if (this.#life !== 'up' && this.#life !== 'paused') return;
    this.#end('down');
    this.#disk.crash();
  }

  #end(life: Life): void {
    this.#life = life;
    this.#generation += 1;
    this.#driver = null;
    this.#disk.release();
  }

  /** One bit of one of its files, while it is down. */
  flipBit(): boolean {
    const flipped = this.#files.flipBit(this.incarnation);
    if (flipped) this.isDamaged = true;
    return flipped;
  }

  setSyncMs(syncMs: number | null): void {
    this.#disk.setSyncMs(syncMs);
  }

  setDiskFull(full: boolean): void {
    this.#disk.setFull(full);
  }

  failDisk(): void {
    this.#disk.fail();
  }

  setClock(offsetMs: number, rate: number): void {
    this.#clock.set(offsetMs, rate);
    this.#time.setTickMs(this.#plan.tickMs / rate);
    if (this.#driver !== null && this.#time.dueMs < this.#timerMs) this.#setTimer(this.#time.dueMs);
  }

  /** A node that was removed, or lost its files, comes back under a new identity, with empty files. */
  reincarnate(): boolean {
    if (this.#life !== 'removed' && this.#life !== 'lost') return false;
    this.incarnation += 1;
    this.isMember = false;
    this.isDamaged = false;
    this.#files.wipe();
    this.#life = 'idle';
    return true;
  }
}
