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
import { Group } from './group.js';
import { Invariants } from './invariants.js';
import { Liveness } from './liveness.js';
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

/** So many events in so short a time are no work any more. */
const STORM_EVENTS = 200_000;
const STORM_WINDOW_MS = 500;
const RESTART_AFTER_MS = 500;
const GRACE_MS = 10_000;
const GRACE_STEP_MS = 500;

class Simulation {
  readonly #plan: Plan;
  readonly #queue = new EventQueue();
  readonly #coverage = new Coverage();
  readonly #network: Network;
  readonly #group: Group;
  readonly #clients: Clients;
  readonly #invariants: Invariants;
  readonly #faults: FaultRunner;
  readonly #trace: TraceRecorder;
  #broken: unknown = null;
  #stormAt = STORM_EVENTS;
  #stormCheckedMs = 0;
  /** For ever. */
  readonly #dead = new Set<number>();

  constructor(plan: Plan, options: SimulationOptions = {}) {
    this.#plan = plan;
    this.#trace = new TraceRecorder(options.onTraceLine ?? null);
    const random = randomFor(plan.seed, 'network');
    this.#network = new Network(plan.network, this.#queue, random, this.#coverage, (to, messages) => {
      this.#group.nodes[to]?.receive(messages);
    });
    this.#invariants = new Invariants(
      () => this.#queue.nowMs,
      node => this.#group.votersSeenBy(node),
    );
    const mutations = options.mutations ?? new Set<Mutation>();
    const nodes = Array.from(
      { length: plan.nodes + plan.spares },
      (_, index) => new SimulatedNode(index, plan, this.#queue, this.#coverage, this.#listener(), mutations),
    );
    this.#group = new Group(plan, this.#coverage, nodes);
    this.#clients = new Clients(plan, this.#queue, this.#coverage, () =>
      nodes.flatMap(node => {
        const { driver } = node;
        return driver === null ? [] : [{ node: node.index, driver, wake: () => node.wake() }];
      }),
    );
    this.#faults = new FaultRunner({
      plan,
      queue: this.#queue,
      network: this.#network,
      coverage: this.#coverage,
      group: this.#group,
      crash: node => this.#crash(node),
      forget: node => this.#invariants.forget(node.index),
    });
  }

  run(): SimulationResult {
    let violation: SimulationResult['violation'] = null;
    try {
      this.#group.start();
      this.#clients.start();
      this.#faults.schedule();
      this.#safety();
      this.#liveness().run();
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

  /** Lasts a little longer when a kind of fault has not found its moment: others have ended by then. */
  #safety(): void {
    const { safetyMs } = this.#plan;
    this.#runUntil(safetyMs);
    while (this.#faults.missing.length > 0 && this.#queue.nowMs < safetyMs + GRACE_MS) {
      this.#runUntil(this.#queue.nowMs + GRACE_STEP_MS);
    }
    this.#faults.stop();
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
      const what = `${STORM_EVENTS} events within ${Math.round(sinceMs)} ms; ${this.#group.describe()}`;
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
      outcome: (_: NodeIndex, outcome: Outcome) => this.#clients.outcome(outcome),
      trace: (node: NodeIndex, event: TraceEvent) => {
        this.#trace.add(this.#queue.nowMs, node, event);
        this.#count(event);
        try {
          this.#invariants.observe(node, event);
        } catch (error) {
          this.#broken ??= error;
        }
      },
      recovered: (node, found) => this.#check(() => this.#invariants.recovered(node, found)),
      turnEnded: node => {
        if (this.#invariants.isUnchecked(node)) this.#check(() => this.#invariants.turnEnded(node));
      },
      alarm: (node, text) =>
        this.#check(() => {
          throw new Violation('alarm', this.#queue.nowMs, `n${node}: ${text}`);
        }),
      membershipChanged: node => {
        const changed = this.#group.nodes[node];
        if (changed !== undefined) this.#group.noteMembership(changed);
      },
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
      case 'snapshot':
        this.#coverage.add('snapshot-made');
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
      const faulted = this.#group.nodes[node];
      if (faulted !== undefined && !this.#dead.has(node)) this.#group.restart(faulted);
    });
  }

  #liveness(): Liveness {
    return new Liveness({
      plan: this.#plan,
      group: this.#group,
      network: this.#network,
      clients: this.#clients,
      coverage: this.#coverage,
      dead: this.#dead,
      crash: index => {
        const node = this.#group.nodes[index];
        if (node !== undefined) this.#crash(node);
      },
      nowMs: () => this.#queue.nowMs,
      runUntil: untilMs => this.#runUntil(untilMs),
    });
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
    const [op] = this.#clients.unacknowledged;
    if (op !== undefined) return `no ${op} was acknowledged`;
    const [kind] = this.#faults.missing;
    return kind === undefined ? null : `fault ${kind} never happened`;
  }
}

function isDiskTrouble(error: unknown): boolean {
  if (error instanceof DiskError || error instanceof StorageError) return true;
  return error instanceof NodeError && (error.code === 'disk-io' || isDiskTrouble(error.cause));
}

function asViolation(error: unknown, atMs: number): NonNullable<SimulationResult['violation']> {
  if (error instanceof Violation) return { kind: error.kind, atMs: error.atMs, message: error.message };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'crashed', atMs, message: text };
}

export const simulate = (plan: Plan, options: SimulationOptions = {}): SimulationResult =>
  new Simulation(plan, options).run();
