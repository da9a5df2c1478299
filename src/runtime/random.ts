/**
 * Seeded random numbers: every fault decision comes from one of these, so that a run can be repeated.
 *
 * The generator is sfc32 (Chris Doty-Humphrey's small fast counter, 128 bits of state), its state filled from the seed by
 * splitmix32.
 *
 * @module
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    const mix = splitmix32(seed);
    this.#a = mix();
    this.#b = mix();
    this.#c = mix();
    // The first outputs still show the seed's structure.
    for (let round = 0; round < 12; round++) this.uint32();
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
    this.#c |= 0;
    return result >>> 0;
  }

  /** 0 up to, but not including, 1. */
  unit(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** True with the given probability. Draws only when the outcome is open, so that 0 and 1 cost no number. */
  chance(probability: number): boolean {
    if (probability <= 0) return false;
    if (probability >= 1) return true;
    return this.unit() < probability;
  }
}

/** A seed for a part of the system, as good as independent of those of the other parts. */
export const deriveSeed = (seed: number, part: number): number =>
  splitmix32((seed ^ Math.imul(part + 1, 0x9e3779b1)) >>> 0)();

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
