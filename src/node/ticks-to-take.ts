/**
 * How many of the ticks that fell due a node takes, when it was not looking for a while. The same rule for threads and the simulator.
 *
 * A follower's patience is to end when it has really heard nothing for so long. Time in which it slept counts: if it forgot for how long
 * it has heard no leader it would refuse its vote to who noticed first. Time in which it could not have heard anything does not count.
 *
 * @module
 */
export interface PassedTicks {
  /** Ticks that fell due since the last that were taken. */
  readonly passed: number;
  /** So many may come together, by the plan of the last turn: nothing can happen before the last of them. */
  readonly planned: number;
  /** A node that is late is left so many ticks of its patience, to hear what waits for it. */
  readonly grace: number;
  /** Another node was heard since the last turn. */
  readonly hasHeard: boolean;
  /** Ticks since the leader was heard without a message that woke the node; null: it was not since the last turn. */
  readonly sinceLeader: number | null;
}

/**
 * 1. Never more than have passed, nor than since the leader was heard.
 * 2. Slept as planned: all that were planned. If another node was heard meanwhile, all but the last one, which may begin an election;
 *    a plan within the grace is taken whole, because what was heard is looked at before its last tick.
 * 3. Late by more than the grace: the thread did not run, or the whole process. What it was late by does not count, and of what was
 *    planned the grace is left.
 */
export function ticksToTake({ passed, planned, grace, hasHeard, sinceLeader }: PassedTicks): number {
  const isLate = passed - planned > grace;
  const asPlanned = hasHeard ? Math.max(Math.min(planned, grace), planned - 1) : planned;
  const atMost = isLate ? Math.max(1, planned - grace) : asPlanned;
  return Math.min(passed, atMost, sinceLeader ?? passed);
}
