/**
 * Leader lease (dissertation 6.4.1): for a while after a quorum has answered, nobody else can have been elected.
 *
 * It counts from the moment *before* the confirmed round was begun, on the leader's monotonic clock, and is shorter than
 * the time for which voters ignore candidates, so that clocks may drift. A transfer lets a follower campaign at any
 * time from then on (the order may arrive late), so it ends leases for the rest of the term.
 *
 * @module
 */
const CLOCK_DRIFT_FACTOR = 0.8;

export class Lease {
  readonly #durationMs: number;
  #term = 0;
  #untilMs = Number.NEGATIVE_INFINITY;
  #forfeitedTerm = 0;

  /**
   * Two ticks less: a follower may have heard of the leader just before its tick, and one that was late for that takes another at
   * once.
   */
  constructor(electionTicks: number, tickMs: number) {
    this.#durationMs = (electionTicks - 2) * tickMs * CLOCK_DRIFT_FACTOR;
  }

  /** A quorum has confirmed the leader of `term` in a round that began at `startedMs`. */
  confirmed(term: number, startedMs: number): void {
    const untilMs = startedMs + this.#durationMs;
    this.#untilMs = term === this.#term ? Math.max(this.#untilMs, untilMs) : untilMs;
    this.#term = term;
  }

  forfeit(term: number): void {
    this.#forfeitedTerm = term;
  }

  holds(term: number, nowMs: number): boolean {
    return term === this.#term && term !== this.#forfeitedTerm && nowMs < this.#untilMs;
  }
}
