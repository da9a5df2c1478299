/**
 * Reduces a plan that breaks something to a small one that still breaks the same thing.
 *
 * Works on the plan and not on the seed (as QuickCheck and delta debugging do): removes faults, halves first and then one by
 * one, then clients, load, spares, trouble of the network, and time. A smaller plan is kept when a run of it ends in a violation of the
 * same kind. The same plan always shrinks to the same plan, unless the time limit ends it.
 *
 * @module
 */
import type { Fault, Plan } from './plan.js';
import type { SimulationResult } from './simulation.js';
import type { ViolationKind } from './violation.js';

export interface ShrinkOptions {
  readonly run: (plan: Plan) => SimulationResult;
  /** Runs at most. */
  readonly maxRuns: number;
  /** True: enough time was spent, what was found so far is the result. */
  readonly isLate?: () => boolean;
  readonly onStep?: (plan: Plan, runs: number) => void;
}

export interface ShrinkResult {
  readonly plan: Plan;
  /** The run of the reduced plan. */
  readonly result: SimulationResult;
  readonly runs: number;
  /** Nothing more could be removed; else a limit ended it. */
  readonly isMinimal: boolean;
}

/** Time kept behind the violation, so that it is not cut away with it. */
const MARGIN_MS = 50;
const LEAST_SAFETY_MS = 100;

/** Null: the plan breaks nothing. */
export function shrinkPlan(plan: Plan, options: ShrinkOptions): ShrinkResult | null {
  const result = options.run(plan);
  if (result.violation === null) return null;
  return new Shrinker(plan, result, result.violation.kind, options).shrink();
}

class Shrinker {
  readonly #options: ShrinkOptions;
  readonly #kind: ViolationKind;
  #plan: Plan;
  #result: SimulationResult;
  #runs = 1;

  constructor(plan: Plan, result: SimulationResult, kind: ViolationKind, options: ShrinkOptions) {
    this.#plan = plan;
    this.#result = result;
    this.#kind = kind;
    this.#options = options;
  }

  shrink(): ShrinkResult {
    let isChanged = true;
    while (isChanged && !this.#isOver) {
      const before = this.#plan;
      this.#cutTime();
      this.#removeFaults();
      this.#calmNetwork();
      this.#lessWorkload();
      this.#fewerNodes();
      this.#shorterFaults();
      isChanged = this.#plan !== before;
    }
    return {
      plan: this.#plan,
      result: this.#result,
      runs: this.#runs,
      isMinimal: !this.#isOver,
    };
  }

  get #isOver(): boolean {
    return this.#runs >= this.#options.maxRuns || this.#options.isLate?.() === true;
  }

  #try(changes: Partial<Plan>): boolean {
    const candidate = { ...this.#plan, ...changes };
    if (this.#isOver || JSON.stringify(candidate) === JSON.stringify(this.#plan)) return false;
    this.#runs += 1;
    const result = this.#options.run(candidate);
    if (result.violation?.kind !== this.#kind) return false;
    this.#plan = candidate;
    this.#result = result;
    this.#options.onStep?.(candidate, this.#runs);
    return true;
  }

  /** Ends the safety phase right behind the violation, or else as early as possible. */
  #cutTime(): void {
    const atMs = this.#result.violation?.atMs ?? this.#plan.safetyMs;
    if (atMs + MARGIN_MS < this.#plan.safetyMs) this.#tryUntil(Math.ceil(atMs) + MARGIN_MS);
    for (;;) {
      const half = Math.round(this.#plan.safetyMs / 2);
      if (half < LEAST_SAFETY_MS || !this.#tryUntil(half)) break;
    }
    for (const part of [0.7, 0.85, 0.95]) this.#tryUntil(Math.round(this.#plan.safetyMs * part));
  }

  #tryUntil(safetyMs: number): boolean {
    if (safetyMs >= this.#plan.safetyMs) return false;
    return this.#try({ safetyMs, faults: this.#plan.faults.filter(fault => fault.atMs < safetyMs) });
  }

  /** Delta debugging: ever smaller pieces, until no single fault can go. */
  #removeFaults(): void {
    if (this.#plan.faults.length > 0 && this.#try({ faults: [] })) return;
    let size = Math.ceil(this.#plan.faults.length / 2);
    while (size >= 1 && !this.#isOver) {
      let isRemoved = false;
      for (let at = 0; at < this.#plan.faults.length; ) {
        const faults = this.#plan.faults.filter((_, i) => i < at || i >= at + size);
        if (this.#try({ faults })) isRemoved = true;
        else at += size;
      }
      if (size === 1 && !isRemoved) return;
      size = size === 1 ? 1 : Math.ceil(size / 2);
    }
  }

  #calmNetwork(): void {
    const quiet = { ...this.#plan.network, drop: 0, duplicate: 0, reorder: 0, reorderMs: 0 };
    if (this.#try({ network: quiet })) return;
    for (const rate of ['drop', 'duplicate', 'reorder'] as const) {
      this.#try({ network: { ...this.#plan.network, [rate]: 0 } });
    }
    this.#try({ healOnlyQuorum: false });
  }

  #lessWorkload(): void {
    const change = (changes: Partial<Plan['workload']>): boolean =>
      this.#try({ workload: { ...this.#plan.workload, ...changes } });
    change({ clients: 1 });
    while (this.#plan.workload.clients > 1) {
      if (!change({ clients: Math.floor(this.#plan.workload.clients / 2) })) break;
    }
    while (this.#plan.workload.operationsPerSecond > 1) {
      if (!change({ operationsPerSecond: this.#plan.workload.operationsPerSecond / 2 })) break;
    }
    change({ registers: 1 });
  }

  #fewerNodes(): void {
    const { nodes, spares } = this.#plan;
    if (spares > 0) this.#tryNodes(nodes, 0);
    for (let fewer = 3; fewer < nodes; fewer += 1) if (this.#tryNodes(fewer, this.#plan.spares)) return;
  }

  /** Faults of nodes that are gone go too. */
  #tryNodes(nodes: number, spares: number): boolean {
    const exists = (node: number): boolean => node < nodes + spares;
    const faults = this.#plan.faults.flatMap(fault => onlyNodes(fault, exists) ?? []);
    return this.#try({ nodes, spares, faults });
  }

  #shorterFaults(): void {
    for (const [at, fault] of this.#plan.faults.entries()) {
      if (fault.forMs <= LEAST_SAFETY_MS) continue;
      const shorter = { ...fault, forMs: Math.round(fault.forMs / 2) };
      this.#try({ faults: this.#plan.faults.map((other, i) => (i === at ? shorter : other)) });
    }
  }
}

/** Null: nothing is left of it. */
function onlyNodes(fault: Fault, exists: (node: number) => boolean): Fault | null {
  switch (fault.kind) {
    case 'crash':
    case 'pause': {
      const nodes = fault.nodes.filter(exists);
      return nodes.length === 0 ? null : { ...fault, nodes };
    }
    case 'one-way':
    case 'clog': {
      const from = fault.from.filter(exists);
      const to = fault.to.filter(exists);
      return from.length === 0 || to.length === 0 ? null : { ...fault, from, to };
    }
    case 'partition':
      return { ...fault, groups: fault.groups.map(group => group.filter(exists)) };
    case 'drop':
      return fault;
    default:
      return exists(fault.node) ? fault : null;
  }
}
