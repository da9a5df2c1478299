/**
 * What people want to see of elections: the timer that runs, and who has granted a vote.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';

export class ElectionWatch {
  readonly #electionTicks: number;
  readonly #electionTicksMax: number;
  readonly #random: () => number;
  #timeoutTicks: number;
  #elapsedTicks = 0;
  #granted = new Set<RaftId>();

  /** `electionTicksMax` is drawn too. */
  constructor(electionTicks: number, random: () => number, electionTicksMax: number) {
    this.#electionTicks = electionTicks;
    this.#electionTicksMax = electionTicksMax;
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

  /** The core's source of timeouts: uniform from the smallest to the largest, both included. */
  draw(): number {
    const choices = this.#electionTicksMax - this.#electionTicks + 1;
    this.#timeoutTicks = this.#electionTicks + Math.floor(this.#random() * choices);
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
