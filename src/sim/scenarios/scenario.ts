/**
 * Hand-written plans: the situations in which Raft implementations have failed, one by one, with what must come out of them.
 *
 * A violation fails a scenario as it fails any run. Besides, it says what has to happen, so that it cannot pass by testing nothing,
 * and what must not happen too often.
 *
 * @module
 */
import type { Covered } from '../coverage.js';
import type { Fault, FaultKind, Plan } from '../plan.js';
import type { SimulationResult } from '../simulation.js';

export interface Scenario {
  readonly name: string;
  /** What happens, and what must come of it. */
  readonly story: string;
  /** Where it broke something. */
  readonly source: string;
  readonly plan: Plan;
  readonly atLeast: Expectation;
  readonly atMost: Expectation;
}

export type Expectation = Readonly<Partial<Record<Covered, number>>>;

type PlanChanges = Partial<Omit<Plan, 'workload' | 'network'>> & {
  readonly workload?: Partial<Plan['workload']>;
  readonly network?: Partial<Plan['network']>;
};

/** Five nodes on a good network under a steady load, without faults: what scenarios begin with. */
export function calmPlan({ workload, network, ...changes }: PlanChanges = {}): Plan {
  return {
    seed: 1,
    nodes: 5,
    spares: 0,
    tickMs: 50,
    electionTicks: 6,
    safetyMs: 20_000,
    syncMs: 1,
    turnDelayMs: 0,
    snapshotEntries: 400,
    tailEntries: 20,
    messageBytes: 1024 * 1024,
    faults: [],
    healOnlyQuorum: false,
    ...changes,
    network: {
      encoded: false,
      minMs: 0.2,
      meanMs: 1,
      drop: 0,
      duplicate: 0,
      reorder: 0,
      reorderMs: 0,
      ...network,
    },
    workload: { clients: 8, operationsPerSecond: 60, registers: 4, timeoutMs: 1500, ...workload },
  };
}

export const fault = (atMs: number, forMs: number, kind: FaultKind): Fault => ({ atMs, forMs, ...kind });

/** The same fault again and again. */
export const repeated = (
  { from, every, times }: { readonly from: number; readonly every: number; readonly times: number },
  make: (atMs: number, round: number) => Fault | readonly Fault[],
): Fault[] => Array.from({ length: times }, (_, round) => make(from + round * every, round)).flat();

/** What was expected and did not come; empty: the scenario passed. */
export function complaintsOf(scenario: Scenario, result: SimulationResult): readonly string[] {
  const { violation, coverage } = result;
  if (violation !== null)
    return [`${violation.kind} at ${violation.atMs.toFixed(0)} ms: ${violation.message}`];
  const complaints: string[] = [];
  for (const [what, least] of Object.entries(scenario.atLeast)) {
    const count = coverage[what] ?? 0;
    if (count < least) complaints.push(`${what} ${count}×, expected at least ${least}`);
  }
  for (const [what, most] of Object.entries(scenario.atMost)) {
    const count = coverage[what] ?? 0;
    if (count > most) complaints.push(`${what} ${count}×, expected at most ${most}`);
  }
  return complaints;
}
