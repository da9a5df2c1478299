/**
 * One run: a plan, played from beginning to end in virtual time.
 *
 * First the safety phase, with every fault of the plan: the invariants are checked after every event. Then the liveness
 * phase: faults heal, of the nodes only a quorum where the plan says so (the rest stays dead for ever), and within bounded time there
 * must be a leader, every client must be served and all must be equal. Last, the clients' history is judged.
 *
 * @module
 */
import { checkLinearizable } from '../harness/check.js';
import type { ControlRequest } from '../node/control.js';
import type { Mutation } from '../node/driver-options.js';
import { NodeError } from '../node/node-error.js';
import type { Outcome } from '../node/outcome.js';
import type { NodeIndex } from '../node/peer-id.js';
import type { TraceEvent } from '../node/trace.js';
import { DiskError } from '../storage/disk.js';
import { StorageError } from '../storage/storage-error.js';
import { Clients, checkTokens } from './clients.js';
import { Coverage } from './coverage.js';
import { EventQueue } from './event-queue.js';
import { FaultRunner } from './fault-runner.js';
import { Invariants } from './invariants.js';
import { Network } from './network.js';
import type { Plan } from './plan.js';
import { randomFor } from './random.js';
import { type NodeListener, SimulatedNode } from './simulated-node.js';
import { TraceRecorder } from './trace-recorder.js';
import { Violation, type ViolationKind } from './violation.js';

export interface SimulationOptions {
  /** Rules switched off, to see whether the checks notice. */
  readonly mutations?: ReadonlySet<Mutation>;
  /** Gets every event as one line of text. */
  readonly onTraceLine?: (line: string) => void;
}

export interface SimulationResult {
  readonly plan: Plan;
  readonly violation: {
    readonly kind: ViolationKind;
    readonly atMs: number;
    readonly message: string;
  } | null;
  /** Why the run proves little although nothing broke; null: it counts. */
  readonly vacuous: string | null;
  readonly simulatedMs: number;
  readonly events: number;
  readonly checks: number;
  readonly operations: number;
  readonly traceHash: string;
  readonly coverage: Readonly<Record<string, number>>;
  /** The last events before the end, as text. */
  readonly lastEvents: readonly string[];
}

/** The liveness phase: what must happen within this time after the faults healed. */
const CONVERGE_WITHIN_MS = 60_000;
/** Clients go on for so long after the faults healed, to show that they are served. */
const SERVE_MS = 3_000;
const POLL_MS = 100;
/** So many events in so short a time are no work any more. */
const STORM_EVENTS = 200_000;
const STORM_WINDOW_MS = 500;
const RESTART_AFTER_MS = 500;

export class Simulation {
  readonly #plan: Plan;
  readonly #queue = new EventQueue();
  readonly #coverage = new Coverage();
  readonly #network: Network;
  readonly #nodes: readonly SimulatedNode[];
  readonly #clients: Clients;
  readonly #invariants: Invariants;
  readonly #faults: FaultRunner;
  readonly #trace: TraceRecorder;
  #broken: unknown = null;
  #stormAt = STORM_EVENTS;
  #stormCheckedMs = 0;
  /** Changes of membership asked for whose end is not known. */
  #changesOpen = 0;
  /** For ever. */
  readonly #dead = new Set<number>();

  constructor(plan: Plan, options: SimulationOptions = {}) {
    this.#plan = plan;
    this.#trace = new TraceRecorder(options.onTraceLine ?? null);
    const random = randomFor(plan.seed, 'network');
    this.#network = new Network(plan.network, this.#queue, random, this.#coverage, (to, messages) => {
      this.#nodes[to]?.receive(messages);
    });
    this.#invariants = new Invariants(
      () => this.#queue.nowMs,
      node => this.#votersSeenBy(node),
    );
    const mutations = options.mutations ?? new Set<Mutation>();
    this.#nodes = Array.from(
      { length: plan.nodes + plan.spares },
      (_, index) => new SimulatedNode(index, plan, this.#queue, this.#coverage, this.#listener(), mutations),
    );
    this.#clients = new Clients(plan, this.#queue, this.#coverage, () =>
      this.#nodes.flatMap(node => {
        const { driver } = node;
        return driver === null ? [] : [{ node: node.index, driver, wake: () => node.wake() }];
      }),
    );
    this.#faults = new FaultRunner({
      plan,
      queue: this.#queue,
      network: this.#network,
      coverage: this.#coverage,
      nodes: this.#nodes,
      crash: node => this.#crash(node),
      restart: node => this.#restart(node),
      forget: node => this.#invariants.forget(node.index),
      askLeader: (request, succeeded) => this.#askLeader(request, succeeded),
      mayLose: node => this.#changesOpen === 0 && this.#mayLose([node]),
    });
  }

  run(): SimulationResult {
    let violation: SimulationResult['violation'] = null;
    try {
      for (const node of this.#nodes) if (node.index < this.#plan.nodes) this.#restart(node);
      this.#clients.start();
      this.#faults.schedule();
      this.#runUntil(this.#plan.safetyMs);
      this.#heal();
      this.#converge();
      this.#judge();
    } catch (error) {
      violation = asViolation(error, this.#queue.nowMs);
    }
    return {
      plan: this.#plan,
      violation,
      vacuous: violation === null ? this.#vacuous() : null,
      simulatedMs: this.#queue.nowMs,
      events: this.#queue.scheduled,
      checks: this.#invariants.checks,
      operations: this.#clients.history.length,
      traceHash: this.#trace.hash,
      coverage: this.#coverage.counts(),
      lastEvents: this.#trace.lastLines(),
    };
  }

  #runUntil(untilMs: number): void {
    while (this.#queue.runNext(untilMs)) {
      if (this.#broken !== null) throw this.#broken;
      if (this.#queue.scheduled > this.#stormAt) this.#checkForStorm();
    }
  }

  /** Nodes that keep each other busy without end are stuck, however fast they turn. */
  #checkForStorm(): void {
    const { nowMs, scheduled } = this.#queue;
    const sinceMs = nowMs - this.#stormCheckedMs;
    if (sinceMs < STORM_WINDOW_MS) {
      const what = `${STORM_EVENTS} events within ${Math.round(sinceMs)} ms; ${this.#describe()}`;
      throw new Violation('no-progress', nowMs, what);
    }
    this.#stormAt = scheduled + STORM_EVENTS;
    this.#stormCheckedMs = nowMs;
  }

  /** Drivers catch what is thrown into them, so a violation is kept and thrown when the event is over. */
  #check(invariant: () => void): void {
    try {
      invariant();
    } catch (error) {
      this.#broken ??= error;
    }
  }

  #listener(): NodeListener {
    return {
      send: (from, message) => this.#network.send(from, message),
      outcome: (_: NodeIndex, outcome: Outcome) => this.#queue.after(0, () => this.#clients.outcome(outcome)),
      trace: (node: NodeIndex, event: TraceEvent) => {
        this.#trace.add(this.#queue.nowMs, node, event);
        this.#count(event);
        this.#check(() => this.#invariants.observe(node, event));
      },
      recovered: (node, found) => this.#check(() => this.#invariants.recovered(node, found)),
      turnEnded: node => this.#check(() => this.#invariants.turnEnded(node)),
      alarm: (node, text) =>
        this.#check(() => {
          throw new Violation('alarm', this.#queue.nowMs, `n${node}: ${text}`);
        }),
      faulted: (node, error) => this.#faulted(node, error),
    };
  }

  #count(event: TraceEvent): void {
    switch (event.ev) {
      case 'leader':
        this.#coverage.add('leader-elected');
        return;
      case 'step-down':
        this.#coverage.add('leader-stepped-down');
        return;
      case 'truncate':
        this.#coverage.add('entries-truncated');
        return;
      case 'install':
        this.#coverage.add('snapshot-installed');
        return;
      case 'apply':
        if (event.client !== null && !event.effect) this.#coverage.add('batch-duplicate-skipped');
        return;
      default:
    }
  }

  #crash(node: SimulatedNode): void {
    node.crash();
    this.#clients.lost(node.index);
  }

  #restart(node: SimulatedNode): void {
    const isFounder = node.index < this.#plan.nodes && node.incarnation === 0;
    if (node.life === 'idle' && !isFounder) return;
    node.start();
  }

  /** A supervisor would start it again. Only its disk is an excuse. */
  #faulted(node: NodeIndex, error: Error): void {
    this.#clients.lost(node);
    if (!isDiskTrouble(error)) {
      this.#broken ??= new Violation(
        'crashed',
        this.#queue.nowMs,
        `n${node}: ${error.stack ?? error.message}`,
      );
    }
    this.#queue.after(RESTART_AFTER_MS, () => {
      const faulted = this.#nodes[node];
      if (faulted !== undefined && !this.#dead.has(node)) this.#restart(faulted);
    });
  }

  #leader(): SimulatedNode | null {
    let best: SimulatedNode | null = null;
    let bestTerm = 0;
    for (const node of this.#nodes) {
      const { driver } = node;
      if (driver === null || driver.role !== 'leader') continue;
      const { term } = driver.status().raft;
      if (term > bestTerm) {
        best = node;
        bestTerm = term;
      }
    }
    return best;
  }

  #askLeader(request: ControlRequest, succeeded?: () => void): boolean {
    const leader = this.#leader();
    if (leader?.driver == null) return false;
    const changesMembership = request.kind === 'add' || request.kind === 'remove';
    if (changesMembership) this.#changesOpen += 1;
    leader.driver.control(request, result => {
      // What timed out, or whose leader died, may still happen: it stays open for good.
      if (changesMembership && (result.ok || result.code !== 'timeout')) this.#changesOpen -= 1;
      if (!result.ok) return;
      if (changesMembership) this.#coverage.add('membership-applied');
      succeeded?.();
    });
    leader.wake();
    return true;
  }

  #votersSeenBy(node: number): readonly number[] | null {
    const status = this.#nodes[node]?.driver?.status().raft;
    return status === undefined || status.joint ? null : status.voters;
  }

  /** Configurations that some node may act on. */
  #configurations(): (readonly number[])[] {
    const founders = Array.from({ length: this.#plan.nodes }, (_, node) => node);
    const seen = this.#nodes.flatMap(node => {
      const status = node.driver?.status().raft;
      return status === undefined ? [] : [status.voters];
    });
    return seen.length === 0 ? [founders] : seen;
  }

  /** Is a quorum of every configuration left when `more` go as well as what is lost already? */
  #mayLose(more: readonly number[]): boolean {
    const gone = new Set([...more, ...this.#nodes.filter(isGone).map(node => node.index)]);
    return this.#configurations().every(voters => {
      const left = voters.filter(voter => !gone.has(voter as NodeIndex));
      return left.length * 2 > voters.length && left.length >= 2;
    });
  }

  /**
   * Faults end. Who is dead for ever is chosen at once where membership never changed; else only when it has come to rest,
   * since a change under way moves the quorum.
   */
  #heal(): void {
    this.#faults.stop();
    const changes = this.#plan.faults.some(isMembership);
    if (!changes) this.#bury();
    for (const node of this.#nodes) {
      if (this.#dead.has(node.index)) continue;
      node.resume();
      node.setDiskFull(false);
      node.setSyncMs(null);
      node.setClock(0, 1);
      this.#restart(node);
    }
    this.#network.heal();
    if (!changes) return;
    this.#waitFor('not-converged', 'membership to come to rest', () => this.#isMembershipAtRest());
    this.#bury();
  }

  /** As many nodes as every configuration can lose go, and do not come back. */
  #bury(): void {
    for (const index of this.#chooseDead()) {
      this.#dead.add(index);
      const node = this.#nodes[index];
      if (node !== undefined) this.#crash(node);
    }
  }

  /** Everybody up has the same voters, and nobody is still learning or leaving. */
  #isMembershipAtRest(): boolean {
    const leader = this.#leader()?.driver?.status().raft;
    if (
      leader === undefined ||
      leader.joint ||
      leader.learners.length > 0 ||
      leader.applied < leader.lastIndex
    )
      return false;
    const voters = leader.voters.join();
    return leader.voters.every(voter => {
      const node = this.#nodes[voter];
      const status = isGone(node) ? undefined : node?.driver?.status().raft;
      return status === undefined || status.voters.join() === voters;
    });
  }

  #chooseDead(): number[] {
    const dead: number[] = [];
    if (!this.#plan.healOnlyQuorum) return dead;
    const random = randomFor(this.#plan.seed, 'faults');
    const order = this.#nodes.map(node => node.index as number);
    while (order.length > 0) {
      const [node] = order.splice(random.below(order.length), 1);
      if (node !== undefined && this.#mayLose([...dead, node])) dead.push(node);
    }
    return dead;
  }

  #converge(): void {
    const healedMs = this.#queue.nowMs;
    this.#runUntil(healedMs + SERVE_MS);
    const servedBefore = this.#coverage.count('operation-ok');
    this.#waitFor('no-progress', 'a client to be served after the faults healed', () => {
      return this.#coverage.count('operation-ok') > servedBefore;
    });
    this.#clients.stop();
    this.#waitFor('no-progress', 'the clients to finish', () => this.#clients.busy === 0);
    this.#waitFor('not-converged', 'all nodes to be equal', () => this.#isConverged());
    this.#readEverything();
  }

  #waitFor(kind: ViolationKind, what: string, holds: () => boolean): void {
    const deadlineMs = this.#queue.nowMs + CONVERGE_WITHIN_MS;
    while (!holds()) {
      if (this.#queue.nowMs >= deadlineMs) {
        throw new Violation(
          kind,
          this.#queue.nowMs,
          `waited ${CONVERGE_WITHIN_MS} ms for ${what}; ${this.#describe()}`,
        );
      }
      this.#runUntil(this.#queue.nowMs + POLL_MS);
    }
  }

  #describe(): string {
    return this.#nodes
      .map(node => {
        const status = node.driver?.status().raft;
        return `n${node.index} ${node.life}${status === undefined ? '' : ` ${status.role} t${status.term} ${status.applied}/${status.commit}/${status.lastIndex}`}`;
      })
      .join(', ');
  }

  #isConverged(): boolean {
    const leader = this.#leader()?.driver?.status();
    if (leader === undefined) return false;
    const { voters, learners, lastIndex } = leader.raft;
    return this.#nodes.every(node => {
      if (isGone(node) || (!voters.includes(node.index) && !learners.includes(node.index))) return true;
      const status = node.driver?.status();
      return (
        status === undefined || (status.raft.applied === lastIndex && status.stateHash === leader.stateHash)
      );
    });
  }

  /** Every key, at every node that is up: the last word on what was kept. */
  #readEverything(): void {
    let open = 0;
    const members = this.#leader()?.driver?.status().raft.voters ?? [];
    for (const node of this.#nodes) {
      if (node.driver === null || isGone(node) || !members.includes(node.index)) continue;
      for (const { key } of this.#clients.keys()) {
        open += 1;
        this.#clients.readAt(node, key, () => {
          open -= 1;
        });
      }
    }
    this.#waitFor('no-progress', 'the last reads', () => open === 0);
  }

  #judge(): void {
    const { history } = this.#clients;
    const atMs = this.#queue.nowMs;
    checkTokens(history, atMs);
    const result = checkLinearizable(history);
    if (result.verdict === 'linearizable') return;
    const why = result.violations.map(violation => violation.explanation).join('\n');
    throw new Violation(
      'not-linearizable',
      atMs,
      why === '' ? `undecided: ${result.undecidedKeys.join(' ')}` : why,
    );
  }

  #vacuous(): string | null {
    const seen = new Set(this.#clients.history.filter(({ ok }) => ok === true).map(({ op }) => op));
    for (const op of ['get', 'put', 'append', 'incr']) if (!seen.has(op)) return `no ${op} was acknowledged`;
    for (const { kind } of this.#plan.faults)
      if (!this.#faults.fired.has(kind)) return `fault ${kind} never happened`;
    return null;
  }
}

function isDiskTrouble(error: unknown): boolean {
  if (error instanceof DiskError || error instanceof StorageError) return true;
  return error instanceof NodeError && (error.code === 'disk-io' || isDiskTrouble(error.cause));
}

/** The member of this number will not come back: its files were refused, or it is another member now. */
const isGone = (node: SimulatedNode | undefined): boolean =>
  node === undefined || node.life === 'lost' || node.isDamaged || !node.isMember;

const isMembership = ({ kind }: { readonly kind: string }): boolean => kind === 'add' || kind === 'remove';

function asViolation(error: unknown, atMs: number): NonNullable<SimulationResult['violation']> {
  if (error instanceof Violation) return { kind: error.kind, atMs: error.atMs, message: error.message };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'crashed', atMs, message: text };
}

export const simulate = (plan: Plan, options: SimulationOptions = {}): SimulationResult =>
  new Simulation(plan, options).run();
