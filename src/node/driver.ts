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
import type { StateMachine } from '../kv/state-machine.js';
import { RaftError } from '../raft/errors.js';
import { NONE, type RaftId } from '../raft/ids.js';
import type { Message, PeerMessage, StorageAppend } from '../raft/message.js';
import { Raft } from '../raft/raft.js';
import type { Ready, Role } from '../raft/ready.js';
import type { ConfState, Snapshot } from '../raft/snapshot.js';
import type { NodeStorage } from '../storage/node-storage.js';
import { AppendPipeline } from './append-pipeline.js';
import { Applier } from './applier.js';
import { type ControlDone, type ControlRequest, controlFailed } from './control.js';
import { describeVariable } from './debug.js';
import { type DriverOptions, type ResolvedOptions, resolveOptions } from './driver-options.js';
import { type DriverStatus, describeDriver } from './driver-status.js';
import { ElectionWatch } from './election-watch.js';
import { type Frame, MESSAGE_KINDS } from './frame.js';
import { eachMessage } from './frame-reader.js';
import type { Host } from './host.js';
import { Mailbox } from './mailbox.js';
import { Membership, membersOf } from './membership.js';
import type { NodeMessage } from './messages.js';
import { NodeError } from './node-error.js';
import { Outbox } from './outbox.js';
import type { BatchId, CommandArguments, Outcome, ReadConsistency } from './outcome.js';
import { refused } from './outcome.js';
import { type NodeIndex, nodeOf } from './peer-id.js';
import { Placer } from './placer.js';
import { Proposals } from './proposals.js';
import { ReadService } from './read-service.js';
import { Snapshots } from './snapshots.js';
import { StateHashes } from './state-hashes.js';
import { Tracer } from './tracer.js';
import { Transfer } from './transfer.js';

/** Rounds of ready, disk and apply in one turn before new messages are looked at. */
const ROUNDS_PER_TURN = 8;
/** A leader whose disk has not finished anything for this many election timeouts hands over. */
const STALL_ELECTIONS = 2;

type Life = 'running' | 'stopped' | 'faulty' | 'removed';

export interface DriverParts {
  readonly host: Host;
  /** Open, and read by nobody else. */
  readonly storage: NodeStorage;
  /** As of the storage's newest snapshot, or empty. */
  readonly machine: StateMachine;
}

export class NodeDriver {
  readonly #options: ResolvedOptions;
  readonly #host: Host;
  readonly #storage: NodeStorage;
  readonly #machine: StateMachine;
  readonly #raft: Raft;
  readonly #mailbox: Mailbox;
  readonly #outbox: Outbox;
  readonly #proposals: Proposals;
  readonly #placer: Placer;
  readonly #reads: ReadService;
  readonly #pipeline: AppendPipeline;
  readonly #applier: Applier;
  readonly #membership: Membership;
  readonly #transfer = new Transfer();
  readonly #snapshots: Snapshots;
  readonly #hashes = new StateHashes<number>();
  readonly #watch: ElectionWatch;
  readonly #tracer: Tracer;
  #life: Life = 'running';
  #outcomes: Outcome[] = [];
  #sequence = 0;
  #nowTick = 0;
  #lastStampMs = 0;
  #malformed = 0;
  /** What was last seen of the core, to notice changes. */
  #seen: { readonly role: Role; readonly leader: RaftId; readonly term: number };

  /** @throws NodeError `invalid-option` */
  constructor(given: DriverOptions, { host, storage, machine }: DriverParts) {
    const options = resolveOptions(given);
    const { node, raftId, epoch, electionTicks, heartbeatTicks, tickMs, limits } = options;
    this.#options = options;
    this.#host = host;
    this.#storage = storage;
    this.#machine = machine;
    this.#watch = new ElectionWatch(electionTicks, host.random, options.electionTicksMax);
    this.#raft = new Raft(
      {
        id: raftId,
        electionTicks,
        heartbeatTicks,
        drawElectionTimeout: () => this.#watch.draw(),
        applied: machine.lastApplied,
        maxSizePerMessageBytes: limits.messageBytes,
        maxInflightMessages: limits.inflightMessages,
        maxUncommittedBytes: limits.uncommittedBytes,
        asyncStorageWrites: true,
      },
      storage,
    );
    this.#seen = { role: this.#raft.role, leader: this.#raft.leader, term: this.#raft.term };
    this.#mailbox = new Mailbox(limits.mailboxFrames, heartbeatTicks);
    this.#outbox = new Outbox(node, frame => host.send(frame));
    const finish = (outcome: Outcome): void => {
      this.#outcomes.push(outcome);
    };
    this.#proposals = new Proposals(
      {
        inFlight: limits.proposalsInFlight,
        timeoutTicks: limits.proposalTimeoutTicks,
        resendTicks: electionTicks,
      },
      finish,
    );
    this.#placer = new Placer({
      raft: this.#raft,
      proposals: this.#proposals,
      outbox: this.#outbox,
      stampMs: () => this.#stampMs(),
      closed: () => this.#isClosedForWrites(),
    });
    this.#reads = new ReadService({ raft: this.#raft, machine, host, options, finish });
    const { hardState, confState } = storage.initialState();
    this.#tracer = new Tracer(
      host.trace,
      hardState ?? { term: 0, vote: NONE, commit: 0 },
      storage.lastIndex(),
      storage.snapshot()?.index ?? 0,
    );
    this.#applier = new Applier(
      {
        raft: this.#raft,
        machine,
        proposals: this.#proposals,
        tracer: this.#tracer,
        self: raftId,
        epoch,
        stateHashEvery: limits.stateHashEvery,
        membershipChanged: (_, index) => this.#membershipChanged(index),
        checkpoint: (index, hash) => this.#checkpoint(index, hash),
      },
      confState,
    );
    this.#wasMember = membersOf(confState).has(raftId);
    this.#membership = new Membership(this.#raft);
    this.#snapshots = new Snapshots({
      raft: this.#raft,
      storage,
      machine,
      applier: this.#applier,
      outbox: this.#outbox,
      tracer: this.#tracer,
      host,
      options,
      installed: () => this.#proposals.superseded(),
    });
    this.#pipeline = new AppendPipeline(
      {
        append: (entries, state, done) => storage.append(entries, state, done),
        install: (...work) => this.#snapshots.install(...work),
      },
      { wake: () => host.wake(), full: full => this.#diskFull(full) },
    );
    this.#tickMs = tickMs;
  }

  readonly #tickMs: number;

  // ── inputs ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** @returns false: the mailbox is full and the frame is lost */
  receive(frame: Frame): boolean {
    return this.#life === 'running' && this.#mailbox.put(frame);
  }

  /** One unit of `tickMs` has passed. */
  tick(): void {
    this.#mailbox.tick();
  }

  /** Takes what the builder holds; the builder is empty afterwards. */
  submit(id: BatchId, batch: BatchBuilder): void {
    const { raftId, epoch } = this.#options;
    const refusal = this.#refusalOf(id, batch.byteLength);
    if (refusal !== null) {
      batch.clear();
      this.#outcomes.push(refusal);
      return;
    }
    this.#sequence += 1;
    this.#proposals.add(id, this.#sequence, batch.finish(raftId, epoch, this.#sequence), this.#nowTick);
  }

  read(id: BatchId, commands: readonly CommandArguments[], consistency: ReadConsistency): void {
    const refusal = this.#life === 'running' ? this.#overloadOf(id) : this.#stopping(id);
    if (refusal === null) this.#reads.add(id, commands, consistency, this.#nowTick);
    else this.#outcomes.push(refusal);
  }

  /** `done` is called from within a later turn. */
  control(request: ControlRequest, done: ControlDone): void {
    this.#requests.push({ request, done });
  }

  #requests: { readonly request: ControlRequest; readonly done: ControlDone }[] = [];

  /** Does what is due. @returns whether there is more to do: call it again soon */
  turn(): boolean {
    if (this.#life === 'running') {
      try {
        this.#run();
      } catch (error) {
        this.#fail(error instanceof Error ? error : new NodeError('apply-failed', String(error)));
      }
    }
    this.#answer();
    return this.#life === 'running' && this.#hasMore();
  }

  /** Ends the node's part: clients are answered with what is certain, nothing more is sent or written. */
  stop(): void {
    if (this.#life === 'running') this.#end('stopped', 'the node stops');
    this.#answer();
  }

  // ── observation ─────────────────────────────────────────────────────────────────────────────────────────────

  get node(): NodeIndex {
    return this.#options.node;
  }

  get isRunning(): boolean {
    return this.#life === 'running';
  }

  get leader(): RaftId {
    return this.#raft.leader;
  }

  get role(): Role {
    return this.#raft.role;
  }

  get isReadOnly(): boolean {
    return this.#pipeline.isFull;
  }

  status(): DriverStatus {
    return describeDriver({
      raft: this.#raft,
      storage: this.#storage,
      machine: this.#machine,
      watch: this.#watch,
      tickMs: this.#tickMs,
      mailboxDepth: this.#mailbox.depth,
      framesLost: this.#mailbox.overflowed,
      malformed: this.#malformed,
      messagesSent: this.#outbox.sent,
      proposals: this.#proposals.count,
      readsWaiting: this.#reads.waiting,
      writes: this.#applier.writes,
      reads: this.#reads.served,
      readOnly: this.#pipeline.isFull,
      unstoredBytes: this.#pipeline.unstoredBytes,
      snapshotTransfers: this.#snapshots.transfers,
    });
  }

  /** A Raft variable as JSON-able data; undefined for a name that means nothing. */
  debug(variable: string): unknown {
    return describeVariable(variable, this.#raft, this.#storage, () => this.status());
  }

  // ── one turn ────────────────────────────────────────────────────────────────────────────────────────────────

  #run(): void {
    this.#storageDone();
    for (const frame of this.#mailbox.takeFrames()) {
      this.#malformed += eachMessage(frame, this.#raft.id, message => this.#receiveMessage(message));
    }
    for (let ticks = this.#mailbox.takeTicks(); ticks > 0; ticks--) this.#tickOnce();
    this.#takeRequests();
    this.#noticeLeadership();
    this.#placer.place(this.#nowTick);
    this.#membership.propose();
    this.#reads.ask(this.#nowTick);
    for (let round = 0; round < ROUNDS_PER_TURN; round++) {
      while (this.#raft.hasReady()) this.#takeReady(this.#raft.ready());
      this.#outbox.flush();
      this.#pipeline.pump();
      this.#storageDone();
      this.#apply(this.#options.limits.applyCommandsPerTurn);
      if (this.#life !== 'running' || !this.#raft.hasReady()) break;
    }
    this.#reads.run();
    this.#snapshots.work();
    this.#outbox.flush();
    if (this.#leaving) this.#end('removed', 'the node was removed from the cluster');
  }

  #hasMore(): boolean {
    return (
      this.#raft.hasReady() ||
      this.#applier.hasWork ||
      this.#mailbox.depth > 0 ||
      this.#pipeline.hasDurable ||
      this.#snapshots.hasWork
    );
  }

  #takeReady(ready: Ready): void {
    this.#noticeLeadership();
    for (const { index, context } of ready.readStates) this.#reads.confirmed(context, index);
    for (const message of ready.messages) this.#route(message);
    this.#tracer.commit(this.#raft.commitIndex);
  }

  #route(message: Message): void {
    switch (message.type) {
      case 'StorageAppend':
        this.#tracer.append(message.entries);
        if (message.snapshot !== null) this.#snapshots.accepted();
        this.#pipeline.push(this.#withMutations(message));
        return;
      case 'StorageApply':
        this.#applier.push(message);
        return;
      case 'InstallSnapshot':
        this.#snapshots.send(message, this.#nowTick);
        return;
      default:
        this.#sendOrStep(message);
    }
  }

  #storageDone(): void {
    for (const work of this.#pipeline.takeDurable(this.#nowTick)) {
      this.#tracer.durable(work);
      if (work.snapshot !== null) this.#installed(work.snapshot);
      for (const response of work.responses) {
        this.#tracer.told(response);
        this.#sendOrStep(response);
      }
    }
    const { failure } = this.#pipeline;
    if (failure !== null) throw new NodeError('disk-io', failure.message, { cause: failure });
  }

  /** What was committed before belongs to the state that is replaced: first it is applied and reported. */
  #installed(snapshot: Snapshot): void {
    this.#apply(Number.POSITIVE_INFINITY);
    this.#snapshots.installed(snapshot);
    this.#membershipChanged(snapshot.index);
  }

  #apply(commandBudget: number): void {
    const replies = this.#applier.run(commandBudget);
    for (const reply of replies) this.#step(reply);
    if (replies.length > 0) this.#noticeLeadership();
  }

  /** To a peer, or to the own core. */
  #sendOrStep(message: Message): void {
    if (message.to === this.#raft.id) this.#step(message);
    else if (isPeerMessage(message)) this.#outbox.add(message);
    else throw new NodeError('apply-failed', `the core sent ${message.type} to ${message.to}`);
  }

  #step(message: Message): void {
    try {
      this.#raft.step(message);
    } catch (error) {
      // A reply from a former member, a change that may wait: the protocol goes on without them.
      if (error instanceof RaftError && error.code !== 'invariant-violated') return;
      throw error;
    }
  }

  #receiveMessage(message: NodeMessage): void {
    const raft = this.#raft;
    switch (message.type) {
      case 'Propose':
        this.#placer.arrive(message);
        return;
      case 'ProposeRefused':
        if (message.epoch === this.#options.epoch) {
          this.#proposals.notAppended(message.sequence, message.from, this.#nowTick);
        }
        return;
      case 'ReadIndex':
      case 'TransferLeader':
        // Never passed on: two nodes that take each other for the leader would do so for ever.
        if (raft.role !== 'leader') return;
        if (message.type === 'TransferLeader') this.#reads.forfeitLease();
        this.#step(message);
        return;
      case 'SnapshotChunk':
        this.#snapshots.receiveChunk(message);
        return;
      case 'SnapshotChunkReply':
        this.#snapshots.receiveReply(message, this.#nowTick);
        return;
      case 'InstallSnapshot':
        // Comes from the own receiver only, when the bytes are here.
        this.#malformed += 1;
        return;
      case 'StateHash':
        this.#compareHash(message.index, message.from, message.hash);
        return;
      case 'Removed':
        this.#end('removed', 'the node was removed from the cluster');
        return;
      case 'RequestVote':
      case 'PreVote':
        if (this.#isFormerMember(message.from)) this.#tellRemoved(message.from);
        else if (message.forced || !this.#holdsVote()) this.#step(message);
        return;
      case 'AppendEntries':
        // The leader tries again; what waits for the disk must not grow without bound.
        if (message.entries.length > 0 && this.#isBehindOnDisk()) return;
        this.#watch.heard(message.from === raft.leader);
        this.#step(message);
        return;
      case 'Heartbeat':
        this.#watch.heard(message.from === raft.leader);
        this.#step(message);
        return;
      case 'RequestVoteReply':
      case 'PreVoteReply':
        if (!message.reject) this.#watch.granted(message.from);
        this.#step(message);
        return;
      default:
        this.#step(message);
    }
  }

  // ── time ────────────────────────────────────────────────────────────────────────────────────────────────────

  #tickOnce(): void {
    this.#nowTick += 1;
    const raft = this.#raft;
    const nowTick = this.#nowTick;
    raft.tick();
    this.#watch.tick();
    this.#proposals.tick(nowTick, raft.id, raft.leader === NONE ? 'no-leader' : 'overloaded');
    this.#reads.tick(nowTick);
    this.#transfer.tick(nowTick);
    this.#snapshots.tick(nowTick);
    if (nowTick % this.#options.heartbeatTicks !== 0) return;
    this.#pipeline.retry();
    if (raft.role !== 'leader') return;
    this.#membership.tick(nowTick, this.#machine.lastApplied);
    this.#placer.tickLogTime(this.#machine.nextExpiryMs(), this.#host.nowMs(), this.#machine.lastApplied);
    this.#handOverIfStuck();
  }

  /** A leader that cannot write answers nobody: another one shall lead. Tried again every election timeout. */
  #handOverIfStuck(): void {
    const { electionTicks } = this.#options;
    const stalled = this.#pipeline.stalledTicks(this.#nowTick) > STALL_ELECTIONS * electionTicks;
    if (!stalled && !this.#pipeline.isFull) return;
    if (this.#nowTick < this.#nextHandOverTick) return;
    this.#nextHandOverTick = this.#nowTick + electionTicks;
    const { configuration, progress } = this.#raft.status();
    const candidates = progress
      .filter(
        ({ id, recentActive }) => id !== this.#raft.id && recentActive && configuration.voters.includes(id),
      )
      .sort((a, b) => b.match - a.match);
    const target = candidates[0];
    if (target === undefined) return;
    this.#host.event('fault', `its disk does not take writes: leadership goes to node ${nodeOf(target.id)}`);
    this.#transferTo(target.id);
  }

  #nextHandOverTick = 0;

  #transferTo(target: RaftId): void {
    this.#reads.forfeitLease();
    this.#raft.transferLeadership(target);
  }

  #stampMs(): number {
    const nowMs = Math.floor(this.#host.nowMs());
    this.#lastStampMs = Math.max(nowMs, this.#lastStampMs, this.#machine.logTimeMs);
    return this.#lastStampMs;
  }

  // ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────

  #noticeLeadership(): void {
    const { role, leader, term } = this.#raft;
    const before = this.#seen;
    this.#tracer.reign(term, role === 'leader');
    if (role === before.role && leader === before.leader && term === before.term) return;
    this.#seen = { role, leader, term };
    if (role !== before.role) this.#roleChanged(before.role, role, term);
    if (leader === before.leader && term === before.term) return;
    const soonTick = this.#nowTick + this.#options.heartbeatTicks;
    this.#proposals.leaderChanged(leader, term, soonTick);
    this.#reads.leaderChanged();
    this.#snapshots.leaderChanged();
    this.#transfer.leaderIs(leader, this.#machine.lastApplied);
  }

  #roleChanged(before: Role, role: Role, term: number): void {
    this.#watch.roleChanged();
    if (before === 'leader') {
      this.#membership.abandon();
      this.#host.event('step-down', `no longer leads (term ${term})`);
    }
    if (role === 'leader') this.#host.event('leader', `leads in term ${term}`);
    if (role === 'candidate') this.#host.event('election', `campaigns in term ${term}`);
  }

  #membershipChanged(index: number): void {
    const { configuration } = this.#applier;
    this.#membership.changed(index);
    this.#host.event('membership', describeMembership(configuration));
    const isMember = membersOf(configuration).has(this.#raft.id);
    if (this.#wasMember && !isMember) this.#leaving = true;
    this.#wasMember = isMember;
  }

  #wasMember: boolean;
  #leaving = false;

  #diskFull(full: boolean): void {
    this.#host.event('fault', full ? 'disk full: read-only' : 'disk has space again');
    if (full) this.#proposals.refuseUnexposed('read-only', 'the disk of this node is full');
  }

  #checkpoint(index: number, hash: string): void {
    this.#tracer.hash(index, hash);
    const { leader, id, role, term } = this.#raft;
    if (role === 'leader') this.#compareHash(index, id, hash);
    else if (leader !== NONE) {
      this.#outbox.add({ type: 'StateHash', from: id, to: leader, term, index, hash });
    }
  }

  #compareHash(index: number, from: RaftId, hash: string): void {
    if (this.#raft.role !== 'leader') return;
    const odd = this.#hashes.add(index, nodeOf(from), hash);
    if (odd.length === 0) return;
    this.#host.event('alarm', `the applied state at index ${index} differs on node ${odd.join(', ')}`);
  }

  // ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────

  #isClosedForWrites(): boolean {
    return this.#pipeline.isFull || this.#isBehindOnDisk();
  }

  #isBehindOnDisk(): boolean {
    return this.#pipeline.unstoredBytes > this.#options.limits.unstoredBytes;
  }

  /** With leases a fresh start may not forget a leader that counts on this node: no votes for an election timeout. */
  #holdsVote(): boolean {
    return this.#options.leaseReads && this.#nowTick < this.#options.electionTicks;
  }

  /**
   * Certain only for a leader that has applied an entry of its own term: it knows every membership that was ever committed
   * before, and raft ids do not come back.
   */
  #isFormerMember(id: RaftId): boolean {
    const { role, term, configuration } = this.#raft;
    if (role !== 'leader' || this.#machine.lastTerm !== term) return false;
    return !membersOf(configuration).has(id);
  }

  #tellRemoved(to: RaftId): void {
    const { id: from, term } = this.#raft;
    this.#outbox.add({ type: 'Removed', from, to, term, index: this.#applier.membershipIndex });
  }

  // ── operators ───────────────────────────────────────────────────────────────────────────────────────────────

  #takeRequests(): void {
    if (this.#requests.length === 0) return;
    const requests = this.#requests;
    this.#requests = [];
    for (const { request, done } of requests) this.#control(request, done);
  }

  #control(request: ControlRequest, done: ControlDone): void {
    if (request.kind === 'snapshot') {
      this.#snapshots.request(done);
      return;
    }
    if (request.kind === 'campaign') {
      this.#raft.campaign();
      done({ ok: true, index: this.#machine.lastApplied });
      return;
    }
    if (this.#raft.role !== 'leader') {
      done(controlFailed('not-leader', 'only the leader can do that'));
      return;
    }
    const deadlineTick = this.#nowTick + this.#options.limits.proposalTimeoutTicks;
    switch (request.kind) {
      case 'transfer':
        return this.#controlTransfer(request.to, done);
      case 'add':
        return this.#membership.add(request.node, request.incarnation, deadlineTick, done);
      case 'remove':
        return this.#membership.remove(request.node, deadlineTick, done);
    }
  }

  #controlTransfer(to: NodeIndex, done: ControlDone): void {
    const target = this.#raft.configuration.voters.find(id => nodeOf(id) === to);
    if (target === undefined) {
      done(controlFailed('bad-node', `node ${to} is no voter`));
    } else if (target === this.#raft.id) {
      done({ ok: true, index: this.#machine.lastApplied });
    } else {
      this.#transfer.start(target, this.#nowTick + 2 * this.#options.electionTicks, done);
      this.#transferTo(target);
    }
  }

  // ── clients ─────────────────────────────────────────────────────────────────────────────────────────────────

  #refusalOf(id: BatchId, bytes: number): Outcome | null {
    if (this.#life !== 'running') return this.#stopping(id);
    if (this.#pipeline.isFull) return refused(id, 'read-only', 'the disk of this node is full');
    const { batchBytes } = this.#options.limits;
    if (bytes > batchBytes) {
      return refused(id, 'too-large', `a batch of ${bytes} bytes; at most ${batchBytes} are taken`);
    }
    return this.#overloadOf(id, bytes);
  }

  #overloadOf(id: BatchId, bytes = 0): Outcome | null {
    const { clientBatches, clientBytes } = this.#options.limits;
    const batches = this.#proposals.count + this.#reads.waiting;
    if (batches < clientBatches && this.#proposals.bytes + bytes <= clientBytes) return null;
    return refused(id, 'overloaded', `${batches} batches are under way on this node`);
  }

  #stopping(id: BatchId): Outcome {
    return refused(id, 'stopping', 'the node has stopped');
  }

  #answer(): void {
    while (this.#outcomes.length > 0) {
      const outcomes = this.#outcomes;
      this.#outcomes = [];
      for (const outcome of outcomes) this.#host.outcome(outcome);
    }
  }

  // ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────

  #fail(error: Error): void {
    if (this.#life !== 'running') return;
    this.#end('faulty', error.message);
    this.#host.fault(error);
  }

  #end(life: Life, why: string): void {
    this.#life = life;
    this.#proposals.abandon('stopping', why);
    this.#reads.abandon('stopping', why);
    this.#membership.abandon();
    this.#transfer.abandon();
    for (const { done } of this.#requests.splice(0)) done(controlFailed('stopping', why));
    if (life !== 'faulty') this.#snapshots.close();
    if (life === 'removed') this.#host.removed();
  }

  #withMutations(work: StorageAppend): StorageAppend {
    const { mutations } = this.#options;
    if (mutations.size === 0) return work;
    const early = (response: Message): boolean =>
      (mutations.has('vote-before-sync') && response.type === 'RequestVoteReply') ||
      (mutations.has('ack-before-sync') && response.type === 'AppendEntriesReply');
    for (const response of work.responses) if (early(response)) this.#sendOrStep(response);
    return { ...work, responses: work.responses.filter(response => !early(response)) };
  }
}

function isPeerMessage(message: Message): message is PeerMessage {
  return message.to > 0 && message.from > 0 && KINDS.has(message.type);
}

const KINDS: ReadonlySet<string> = new Set(MESSAGE_KINDS);

function describeMembership({ voters, outgoing, learners }: ConfState): string {
  const nodes = (ids: readonly RaftId[]): string => ids.map(id => nodeOf(id)).join(' ');
  const leaving = outgoing.length === 0 ? '' : `, before ${nodes(outgoing)}`;
  const learning = learners.length === 0 ? '' : `, learners ${nodes(learners)}`;
  return `voters ${nodes(voters)}${leaving}${learning}`;
}
