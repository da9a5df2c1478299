/**
 * Which key a call goes to: uniform or zipf, and a key is retired for a fresh one after so many writes, which keeps
 * histories of one key short enough to decide.
 *
 * @module
 */
import type { LoadRandom } from './random.js';

export type KeyDistribution = 'uniform' | 'zipf';

export interface KeySpaceOptions {
  readonly prefix: string;
  /** Keys in use at a time. */
  readonly keys: number;
  readonly distribution: KeyDistribution;
  /** Writes of a key before it is retired. */
  readonly writesPerKey: number;
  /** Writes so far of each key, shared by all threads; `keys` numbers of 32 bits. */
  readonly writes: SharedArrayBuffer;
}

/** As in YCSB. */
const ZIPF_EXPONENT = 0.99;

export class KeySpace {
  readonly #options: KeySpaceOptions;
  readonly #writes: Int32Array;
  /** Share of the calls that go to keys up to and including this one. */
  readonly #cumulative: Float64Array;

  constructor(options: KeySpaceOptions) {
    this.#options = options;
    this.#writes = new Int32Array(options.writes);
    this.#cumulative = cumulativeShares(options.keys, options.distribution);
  }

  static memory(keys: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * keys);
  }

  forRead(random: LoadRandom): string {
    const index = this.#draw(random);
    return this.#name(index, Atomics.load(this.#writes, index));
  }

  forWrite(random: LoadRandom): string {
    const index = this.#draw(random);
    return this.#name(index, Atomics.add(this.#writes, index, 1));
  }

  /** Every key that was ever written, newest of each index last. */
  used(): readonly string[] {
    const { keys, writesPerKey } = this.#options;
    return Array.from({ length: keys }, (_, index) => {
      const generations = Math.ceil(Atomics.load(this.#writes, index) / writesPerKey);
      return Array.from({ length: generations }, (__, generation) =>
        this.#name(index, generation * writesPerKey),
      );
    }).flat();
  }

  #name(index: number, writes: number): string {
    return `${this.#options.prefix}${index}.${Math.floor(writes / this.#options.writesPerKey)}`;
  }

  #draw(random: LoadRandom): number {
    if (this.#options.distribution === 'uniform') return random.below(this.#options.keys);
    const point = random.next();
    let low = 0;
    let high = this.#cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cumulative[middle] ?? 1) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function cumulativeShares(keys: number, distribution: KeyDistribution): Float64Array {
  const weights = Array.from({ length: keys }, (_, rank) =>
    distribution === 'zipf' ? 1 / (rank + 1) ** ZIPF_EXPONENT : 1,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = new Float64Array(keys);
  let sum = 0;
  for (const [rank, weight] of weights.entries()) {
    sum += weight / total;
    shares[rank] = sum;
  }
  return shares;
}
