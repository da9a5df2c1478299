/**
 * One node: joins the Raft core, the storage and the state machine into one loop. Pure: clock, randomness, disk and
 * network come from outside, so the same driver runs in a worker thread and in the simulator.
 *
 * Inputs only queue; `turn()` does the work: what became durable, messages, ticks, proposals, reads; then, while the core
 * has something to do, messages leave, the disk is written, entries are applied, clients are answered. Messages always leave
 * before the disk is written, so that the followers' disks work beside this one; what promises something durable rides in the
 * responses of the storage work and leaves after it.
 *
 * After any input the host must call `turn()`, and again while it returns true.
 *
 * @module
 */
import type { BatchBuilder } from '../kv/batch-builder.js';
import type { RaftId } from '../raft/ids.js';
import type { Role } from '../raft/ready.js';
import type { ConfState } from '../raft/snapshot.js';
import type { ControlDone, ControlRequest } from './control.js';
import { ControlDesk } from './control-desk.js';
import { CoreLoop } from './core-loop.js';
import { describeVariable } from './debug.js';
import { type DriverOptions, resolveOptions } from './driver-options.js';
import { type DriverStatus, describeDriver } from './driver-status.js';
import type { Frame } from './frame.js';
import { Inbound } from './inbound.js';
import { Leadership } from './leadership.js';
import type { NodeMessage } from './messages.js';
import { NodeError } from './node-error.js';
import { assembleParts, type DriverParts, type NodeParts } from './node-parts.js';
import {
  type BatchId,
  type CommandArguments,
  type Outcome,
  type ReadConsistency,
  refused,
} from './outcome.js';
import type { NodeIndex } from './peer-id.js';
import { ResendTimer } from './resend-timer.js';
import { Ticker } from './ticker.js';

type Life = 'running' | 'stopped' | 'faulty' | 'removed';

export class NodeDriver {
  readonly #parts: NodeParts;
  readonly #leadership: Leadership;
  readonly #core: CoreLoop;
  readonly #inbound: Inbound;
  readonly #ticker: Ticker;
  readonly #desk: ControlDesk;
  readonly #resends: ResendTimer;
  #life: Life = 'running';
  #outcomes: Outcome[] = [];
  #sequence = 0;

  /** @throws NodeError `invalid-option`, RaftError `invalid-config` */
  constructor(options: DriverOptions, given: DriverParts) {
    this.#parts = assembleParts(resolveOptions(options), given, outcome => this.#outcomes.push(outcome));
    this.#leadership = new Leadership(this.#parts);
    this.#core = new CoreLoop(this.#parts, this.#leadership);
    this.#inbound = new Inbound(this.#parts, this.#core);
    this.#ticker = new Ticker(this.#parts);
    this.#desk = new ControlDesk(this.#parts);
    this.#resends = new ResendTimer(this.#parts.raft);
  }

  /** @returns false: the mailbox is full (or the node has ended) and the frame is lost */
  receive(frame: Frame): boolean {
    return this.#life === 'running' && this.#parts.mailbox.put(frame);
  }

  /** The same for one message as it is (`Host.sendMessage`); it must not be changed by anybody any more. */
  receiveMessage(message: NodeMessage): boolean {
    return this.#life === 'running' && this.#parts.mailbox.putMessage(message);
  }

  /** As `Raft.hearLeader`, for the carrier of a quiet heartbeat. It counts from now on, before any ticks that come later. */
  hearLeader(leader: RaftId, term: number): boolean {
    if (this.#life !== 'running' || !this.#parts.raft.hearLeader(leader, term)) return false;
    this.#parts.watch.heard(true);
    return true;
  }

  /** So many units of `tickMs` have passed; more than one only as `quietTicks` allowed. */
  tick(count = 1): void {
    this.#parts.mailbox.tick(count);
  }

  /** So many ticks may come together: nothing can happen before the last of them. */
  get quietTicks(): number {
    const { raft, proposals, reads, snapshots, transfer, pipeline } = this.#parts;
    const isBusy =
      proposals.count > 0 ||
      reads.waiting > 0 ||
      snapshots.hasWork ||
      snapshots.transfers > 0 ||
      transfer.isPending ||
      pipeline.isFull;
    return isBusy ? 1 : raft.ticksUntilDue;
  }

  /** Until then (`Host.monotonicMs`) a turn is wanted even if nothing comes and no tick is due; infinite when none is. */
  get turnDueMs(): number {
    return this.#resends.dueMs;
  }

  /** Takes what the builder holds; the builder is empty afterwards. */
  submit(id: BatchId, batch: BatchBuilder): void {
    const refusal = this.#refusalOfWrite(id, batch.byteLength);
    if (refusal !== null) {
      batch.clear();
      this.#outcomes.push(refusal);
      return;
    }
    const { options, proposals, clock } = this.#parts;
    this.#sequence += 1;
    const data = batch.finish(options.raftId, options.epoch, this.#sequence);
    proposals.add(id, this.#sequence, data, clock.tick);
  }

  read(id: BatchId, commands: readonly CommandArguments[], consistency: ReadConsistency): void {
    const { reads, clock } = this.#parts;
    const refusal = this.#refusalOf(id, 0);
    if (refusal === null) reads.add(id, commands, consistency, clock.tick);
    else this.#outcomes.push(refusal);
  }

  /** `done` is called once, from within a later turn (or `stop`). */
  control(request: ControlRequest, done: ControlDone): void {
    this.#desk.put(request, done);
  }

  /** Does what is due. @returns whether there is more to do: call it again soon */
  turn(): boolean {
    if (this.#life === 'running') {
      try {
        this.#run();
      } catch (error) {
        this.#fail(error instanceof Error ? error : new NodeError('core-failed', String(error)));
      }
    }
    if (this.#life !== 'running') this.#desk.abandon('the node has stopped');
    this.#answer();
    return this.#life === 'running' && this.#hasMore();
  }

  /** Ends the node's part: clients are answered with what is certain; nothing more is sent or written. */
  stop(): void {
    if (this.#life === 'running') this.#end('stopped', 'the node stops');
    this.#answer();
  }

  get node(): NodeIndex {
    return this.#parts.options.node;
  }

  get isRunning(): boolean {
    return this.#life === 'running';
  }

  /** `NONE` when unknown. */
  get leader(): RaftId {
    return this.#parts.raft.leader;
  }

  get role(): Role {
    return this.#parts.raft.role;
  }

  /** The disk is full: writes are refused. */
  get isReadOnly(): boolean {
    return this.#parts.pipeline.isFull;
  }

  get term(): number {
    return this.#parts.raft.term;
  }

  get lastIndex(): number {
    return this.#parts.raft.lastIndex;
  }

  get appliedIndex(): number {
    return this.#parts.machine.lastApplied;
  }

  /** Term of the last applied entry. */
  get appliedTerm(): number {
    return this.#parts.machine.lastTerm;
  }

  /** As of the last applied entry; its arrays are new whenever it changes. */
  get configuration(): ConfState {
    return this.#parts.raft.configuration;
  }

  /** Of the applied state. Under load it costs milliseconds: what has changed since the last time is hashed now. */
  get stateHash(): string {
    return this.#parts.machine.hash();
  }

  /** Differs whenever the log, the role or the membership of the node has changed, or what it knows of its followers. */
  get progressMark(): string {
    const { raft, machine } = this.#parts;
    const { term, role, leader, commitIndex, lastIndex, firstIndex } = raft;
    const log = `${firstIndex} ${lastIndex} ${commitIndex} ${machine.lastApplied}`;
    return `${term} ${role} ${leader} ${log} ${this.#inbound.stirs}`;
  }

  /** A picture of the node; costs some tens of microseconds. */
  status(): DriverStatus {
    return describeDriver(this.#parts, this.#inbound.dropped);
  }

  /** A variable of the node as JSON-able data; undefined: there is none of this name. */
  debug(variable: string): unknown {
    return describeVariable(variable, this.#parts.raft, this.#parts.storage, () => this.status());
  }

  #run(): void {
    const { mailbox, raft, placer, membership, reads, snapshots, outbox, clock, host } = this.#parts;
    this.#core.storageDone();
    let ticks = mailbox.takeTicks();
    // The time that has passed came before what was heard; but what was heard comes before the tick at which patience ends.
    if (mailbox.depth > 0) {
      for (let due = raft.ticksUntilDue; due > 1 && ticks > 0; due--, ticks--) this.#ticker.tick();
    }
    for (const frame of mailbox.takeFrames()) this.#inbound.take(frame);
    for (const message of mailbox.takeMessages()) this.#inbound.takeMessage(message);
    for (; ticks > 0; ticks--) this.#ticker.tick();
    this.#desk.work();
    this.#leadership.notice();
    placer.place(clock.tick);
    membership.propose();
    reads.ask(clock.tick);
    this.#core.run();
    reads.run();
    snapshots.work();
    outbox.flush();
    if (this.#resends.isDue(host.monotonicMs())) raft.resend();
    if (membership.hasLeft) this.#end('removed', 'the node was removed from the cluster');
  }

  #hasMore(): boolean {
    const { raft, applier, mailbox, pipeline, snapshots } = this.#parts;
    const hasInput = raft.hasReady() || mailbox.depth > 0 || pipeline.hasDurable;
    return hasInput || applier.hasWork || snapshots.hasWork;
  }

  #refusalOfWrite(id: BatchId, bytes: number): Outcome | null {
    const { options, pipeline } = this.#parts;
    const { batchBytes } = options.limits;
    if (bytes > batchBytes) {
      return refused(id, 'too-large', `a batch of ${bytes} bytes; at most ${batchBytes} are taken`);
    }
    if (pipeline.isFull) return refused(id, 'read-only', 'the disk of this node is full');
    return this.#refusalOf(id, bytes);
  }

  #refusalOf(id: BatchId, bytes: number): Outcome | null {
    if (this.#life !== 'running') return refused(id, 'stopping', 'the node has stopped');
    const { options, proposals, reads } = this.#parts;
    const { clientBatches, clientBytes } = options.limits;
    const batches = proposals.count + reads.waiting;
    if (batches < clientBatches && proposals.bytes + bytes <= clientBytes) return null;
    return refused(id, 'overloaded', `${batches} batches are under way on this node`);
  }

  #answer(): void {
    while (this.#outcomes.length > 0) {
      const outcomes = this.#outcomes;
      this.#outcomes = [];
      for (const outcome of outcomes) this.#parts.host.outcome(outcome);
    }
  }

  #fail(error: Error): void {
    this.#end('faulty', error.message);
    this.#answer();
    this.#parts.host.fault(error);
  }

  #end(life: Life, why: string): void {
    const { proposals, reads, membership, transfer, snapshots, host } = this.#parts;
    this.#life = life;
    proposals.abandon('stopping', why);
    reads.abandon('stopping', why);
    membership.abandon();
    transfer.abandon();
    this.#desk.abandon(why);
    if (life !== 'faulty') snapshots.close();
    if (life === 'removed') host.removed();
  }
}
