/**
 * The second half of a run: the faults have healed, of the nodes only a quorum where the plan says so (the rest stays dead
 * for ever), and within bounded time everybody must be served and all must be equal.
 *
 * @module
 */
import type { Clients } from './clients.js';
import type { Coverage } from './coverage.js';
import type { Group } from './group.js';
import type { Network } from './network.js';
import type { Plan } from './plan.js';
import { Violation, type ViolationKind } from './violation.js';

/** What must happen happens within this time after the faults healed. */
const WITHIN_MS = 60_000;
/** Clients go on for so long, to show that they are served. */
const SERVE_MS = 3_000;
/** Longer when a kind of operation was never answered yet: a slow load, and much trouble before. */
const SERVE_MAX_MS = 30_000;
const POLL_MS = 100;
const REST_MS = 2_000;

export interface LivenessParts {
  readonly plan: Plan;
  readonly group: Group;
  readonly network: Network;
  readonly clients: Clients;
  readonly coverage: Coverage;
  /** Nodes that stay dead for ever; filled here. */
  readonly dead: Set<number>;
  crash(node: number): void;
  nowMs(): number;
  runUntil(untilMs: number): void;
}

export class Liveness {
  readonly #parts: LivenessParts;

  constructor(parts: LivenessParts) {
    this.#parts = parts;
  }

  /** @throws Violation `no-progress`, `not-converged` */
  run(): void {
    this.#heal();
    const { group, clients, coverage, nowMs, runUntil } = this.#parts;
    const healedMs = nowMs();
    runUntil(healedMs + SERVE_MS);
    const served = coverage.count('operation-ok');
    this.#waitFor('no-progress', 'a client to be served after the faults healed', () => {
      return coverage.count('operation-ok') > served;
    });
    while (clients.unacknowledged.length > 0 && nowMs() < healedMs + SERVE_MAX_MS)
      runUntil(nowMs() + SERVE_MS);
    clients.stop();
    this.#waitFor('no-progress', 'the clients to finish', () => clients.busy === 0);
    this.#waitFor('not-converged', 'all nodes to be equal', () => group.isConverged());
    this.#readEverything();
  }

  /**
   * Who is dead for ever is chosen at once; only while a change of membership is under way, which moves the quorum, everybody
   * heals until it has come to rest.
   */
  #heal(): void {
    const { group, network, dead, nowMs } = this.#parts;
    const isDecided = group.isMembershipDecided();
    if (isDecided) this.#bury();
    for (const node of group.nodes) {
      if (dead.has(node.index)) continue;
      node.resume();
      node.setDiskFull(false);
      node.setSyncMs(null);
      node.setClock(0, 1);
      group.restart(node);
    }
    network.heal();
    if (isDecided) return;
    // A newcomer that has not applied its own joining yet cannot be seen: rest must last.
    let restingMs = nowMs();
    this.#waitFor('not-converged', 'membership to come to rest', () => {
      if (!group.isMembershipAtRest()) restingMs = nowMs();
      return nowMs() - restingMs >= REST_MS;
    });
    this.#bury();
  }

  #bury(): void {
    const { plan, group, dead, crash } = this.#parts;
    if (!plan.healOnlyQuorum) return;
    for (const node of group.chooseDead()) {
      dead.add(node);
      crash(node);
    }
  }

  /** Every key, at every member that is up: the last word on what was kept. */
  #readEverything(): void {
    const { group, clients } = this.#parts;
    let open = 0;
    for (const node of group.members()) {
      for (const { key } of clients.keys) {
        open += 1;
        clients.readAt(node, key, () => {
          open -= 1;
        });
      }
    }
    this.#waitFor('no-progress', 'the last reads', () => open === 0);
  }

  #waitFor(kind: ViolationKind, what: string, holds: () => boolean): void {
    const { group, nowMs, runUntil } = this.#parts;
    const deadlineMs = nowMs() + WITHIN_MS;
    while (!holds()) {
      if (nowMs() >= deadlineMs) {
        throw new Violation(kind, nowMs(), `waited ${WITHIN_MS} ms for ${what}; ${group.describe()}`);
      }
      runUntil(nowMs() + POLL_MS);
    }
  }
}
