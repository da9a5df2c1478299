/**
 * Answers reads: asks the leader for a read index, or uses the lease, or answers at once what may be stale.
 *
 * @module
 */
import { KvError } from '../kv/kv-error.js';
import { error, type Reply } from '../kv/reply.js';
import type { StateMachine } from '../kv/state-machine.js';
import { NONE } from '../raft/ids.js';
import type { Raft } from '../raft/raft.js';
import type { ResolvedOptions } from './driver-options.js';
import type { Host } from './host.js';
import { Lease } from './lease.js';
import {
  type BatchId,
  type CommandArguments,
  type Outcome,
  type ReadConsistency,
  type RefusalCode,
  refused,
} from './outcome.js';
import { type PendingRead, Reads } from './reads.js';

export interface ReadParts {
  readonly raft: Raft;
  readonly machine: StateMachine;
  readonly host: Host;
  readonly options: ResolvedOptions;
  readonly finish: (outcome: Outcome) => void;
}

export class ReadService {
  readonly #parts: ReadParts;
  readonly #reads: Reads;
  readonly #lease: Lease;
  #contexts = 0;
  /** Reads that need no other node: answered in the next turn. */
  #immediate: PendingRead[] = [];
  /** Commands answered. */
  served = 0;

  constructor(parts: ReadParts) {
    this.#parts = parts;
    const { raftId, epoch, heartbeatTicks, electionTicks, tickMs, limits, mutations } = parts.options;
    const reuse = mutations.has('reuse-read-context');
    this.#lease = new Lease(electionTicks, tickMs);
    this.#reads = new Reads(
      { contextsInFlight: reuse ? 1 : limits.readContextsInFlight, retryTicks: heartbeatTicks * 2 },
      () => {
        if (!reuse) this.#contexts += 1;
        return `${raftId}.${epoch}.${this.#contexts}`;
      },
    );
  }

  get waiting(): number {
    return this.#reads.count + this.#immediate.length;
  }

  add(
    id: BatchId,
    commands: readonly CommandArguments[],
    consistency: ReadConsistency,
    nowTick: number,
  ): void {
    const deadlineTick = nowTick + this.#parts.options.limits.readTimeoutTicks;
    const read = { id, commands, deadlineTick };
    if (consistency === 'stale') this.#immediate.push(read);
    else if (consistency === 'lease' && this.#hasLease()) {
      this.#reads.addConfirmed(read, this.#parts.raft.commitIndex);
    } else this.#reads.add(read);
  }

  /** Starts a round for the reads that wait, if there is somebody to ask. */
  ask(nowTick: number): void {
    const { raft, host, options } = this.#parts;
    if (options.mutations.has('read-without-quorum') && raft.role === 'leader') {
      this.#reads.confirmFresh(raft.commitIndex);
      return;
    }
    if (raft.leader === NONE) return;
    const context = this.#reads.startContext(nowTick, host.monotonicMs());
    if (context !== null) raft.readIndex(context);
  }

  confirmed(context: string, index: number): void {
    const startedMs = this.#reads.confirmed(context, index);
    const { raft } = this.#parts;
    if (startedMs !== null && raft.role === 'leader') this.#lease.confirmed(raft.term, startedMs);
  }

  leaderChanged(): void {
    this.#reads.retryAll();
  }

  forfeitLease(): void {
    this.#lease.forfeit(this.#parts.raft.term);
  }

  /** Answers what may be answered at the state of now. */
  run(): void {
    const { machine, options } = this.#parts;
    const reached = options.mutations.has('read-before-apply')
      ? Number.POSITIVE_INFINITY
      : machine.lastApplied;
    for (const read of this.#reads.takeRunnable(reached)) this.#answer(read);
    if (this.#immediate.length === 0) return;
    for (const read of this.#immediate) this.#answer(read);
    this.#immediate = [];
  }

  tick(nowTick: number): void {
    const code = this.#parts.raft.leader === NONE ? 'no-leader' : 'no-quorum';
    for (const { id } of this.#reads.tick(nowTick)) {
      this.#parts.finish(refused(id, code, 'the read was not confirmed within the time limit'));
    }
  }

  abandon(code: RefusalCode, message: string): void {
    for (const { id } of [...this.#reads.takeAll(), ...this.#immediate]) {
      this.#parts.finish(refused(id, code, message));
    }
    this.#immediate = [];
  }

  #hasLease(): boolean {
    const { raft, host, options } = this.#parts;
    return options.leaseReads && raft.role === 'leader' && this.#lease.holds(raft.term, host.monotonicMs());
  }

  #answer({ id, commands }: PendingRead): void {
    const { machine, host } = this.#parts;
    const nowMs = host.nowMs();
    const replies = commands.map(words => readOne(machine, words, nowMs));
    this.served += commands.length;
    const { lastApplied: index, lastTerm: term } = machine;
    this.#parts.finish({ kind: 'done', id, replies, index, term });
  }
}

function readOne(machine: StateMachine, words: CommandArguments, nowMs: number): Reply {
  try {
    return machine.readWords(words, nowMs);
  } catch (problem) {
    if (problem instanceof KvError && problem.code === 'write-in-read')
      return error(`ERR ${problem.message}`);
    throw problem;
  }
}
