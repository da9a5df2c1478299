/**
 * What people want to see of elections: the timer that runs, and who has granted a vote.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';

export class ElectionWatch {
  readonly #electionTicks: number;
  readonly #random: () => number;
  #timeoutTicks: number;
  #elapsedTicks = 0;
  #granted = new Set<RaftId>();

  constructor(electionTicks: number, random: () => number) {
    this.#electionTicks = electionTicks;
    this.#random = random;
    this.#timeoutTicks = electionTicks;
  }

  get timeoutTicks(): number {
    return this.#timeoutTicks;
  }

  get elapsedTicks(): number {
    return this.#elapsedTicks;
  }

  get votesGranted(): ReadonlySet<RaftId> {
    return this.#granted;
  }

  /** The core's source of timeouts: uniform in [E, 2E - 1]. */
  draw(): number {
    this.#timeoutTicks = this.#electionTicks + Math.floor(this.#random() * this.#electionTicks);
    this.#elapsedTicks = 0;
    return this.#timeoutTicks;
  }

  tick(): void {
    this.#elapsedTicks += 1;
  }

  heard(fromLeader: boolean): void {
    if (fromLeader) this.#elapsedTicks = 0;
  }

  granted(by: RaftId): void {
    this.#granted.add(by);
  }

  roleChanged(): void {
    this.#granted.clear();
  }
}
