/**
 * Adds up the runs of a campaign.
 *
 * @module
 */
import { COVERED } from './coverage.js';
import type { FaultName } from './plan.js';
import type { SeedReport } from './seed-report.js';

/** How often something happened, and in how many runs. */
export interface Occurrence {
  readonly what: string;
  readonly count: number;
  readonly runs: number;
}

export interface Summary {
  readonly runs: number;
  readonly passed: number;
  /** Runs in which nothing broke, but too little happened to prove anything: not passed. */
  readonly vacuous: number;
  readonly failed: number;
  readonly simulatedMs: number;
  readonly busyMs: number;
  readonly events: number;
  readonly checks: number;
  readonly operations: number;
  readonly coverage: readonly Occurrence[];
  /** What never happened although it could have. */
  readonly holes: readonly string[];
  /** Why runs were vacuous, and how many for each reason. */
  readonly vacuousReasons: readonly { readonly reason: string; readonly runs: number }[];
}

export class Tally {
  readonly #counts = new Map<string, { count: number; runs: number }>();
  readonly #reasons = new Map<string, number>();
  #runs = 0;
  #vacuous = 0;
  #failed = 0;
  #simulatedMs = 0;
  #busyMs = 0;
  #events = 0;
  #checks = 0;
  #operations = 0;

  add(report: SeedReport): void {
    this.#runs += 1;
    this.#simulatedMs += report.simulatedMs;
    this.#busyMs += report.elapsedMs;
    this.#events += report.events;
    this.#checks += report.checks;
    this.#operations += report.operations;
    if (report.violation !== null) this.#failed += 1;
    else if (report.vacuous !== null) {
      this.#vacuous += 1;
      this.#reasons.set(report.vacuous, (this.#reasons.get(report.vacuous) ?? 0) + 1);
    }
    for (const [what, count] of Object.entries(report.coverage)) {
      if (count === 0) continue;
      const known = this.#counts.get(what) ?? { count: 0, runs: 0 };
      known.count += count;
      known.runs += 1;
      this.#counts.set(what, known);
    }
  }

  get runs(): number {
    return this.#runs;
  }

  /** `faults`: the kinds that were allowed; of the others it is no hole that they did not happen. */
  summary(faults: readonly FaultName[]): Summary {
    const coverage = COVERED.map(what => ({ what, count: 0, runs: 0, ...this.#counts.get(what) }));
    const isPossible = (what: string): boolean =>
      !what.startsWith('fault-') || faults.some(fault => what === `fault-${fault}`);
    return {
      runs: this.#runs,
      passed: this.#runs - this.#failed - this.#vacuous,
      vacuous: this.#vacuous,
      failed: this.#failed,
      simulatedMs: this.#simulatedMs,
      busyMs: this.#busyMs,
      events: this.#events,
      checks: this.#checks,
      operations: this.#operations,
      coverage,
      holes: coverage.filter(({ what, count }) => count === 0 && isPossible(what)).map(({ what }) => what),
      vacuousReasons: [...this.#reasons]
        .map(([reason, runs]) => ({ reason, runs }))
        .sort((a, b) => b.runs - a.runs || (a.reason < b.reason ? -1 : 1)),
    };
  }
}
