/**
 * The set of (linearized operations, state) pairs already searched, by 64-bit hash.
 *
 * Zobrist hashing keeps one running hash instead of an n-bit set. A collision can only make the search give up a
 * branch it should have tried, that is, turn "linearizable" into "not": so a negative verdict is confirmed under
 * other random numbers (see `search.ts`), and a positive one always has a witness.
 *
 * @module
 */
const FEWEST_SLOTS = 1 << 4;
const MOST_INITIAL_SLOTS = 1 << 12;

const mix = (value: number): number => {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
};

export class Memo {
  #low: Int32Array;
  #high: Int32Array;
  #mask: number;
  #size = 0;

  /** @param operations of the problem: short ones begin with a small table */
  constructor(operations: number) {
    let slots = FEWEST_SLOTS;
    while (slots < MOST_INITIAL_SLOTS && slots < 4 * operations) slots *= 2;
    this.#low = new Int32Array(slots);
    this.#high = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#size;
  }

  /** True when the pair was not there yet. */
  add(setLow: number, setHigh: number, state: number): boolean {
    const low = setLow ^ mix(state + 0x9e3779b9);
    // 0/0 marks an empty slot.
    const high = (setHigh ^ mix(Math.imul(state, 0x27d4eb2f) + 1)) | 1;
    if (this.#size * 2 > this.#mask) this.#grow();
    return this.#insert(low, high);
  }

  #insert(low: number, high: number): boolean {
    let slot = mix(low ^ Math.imul(high, 31)) & this.#mask;
    while (this.#high[slot] !== 0) {
      if (this.#low[slot] === low && this.#high[slot] === high) return false;
      slot = (slot + 1) & this.#mask;
    }
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#size += 1;
    return true;
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    this.#mask = (this.#mask + 1) * 2 - 1;
    this.#low = new Int32Array(this.#mask + 1);
    this.#high = new Int32Array(this.#mask + 1);
    this.#size = 0;
    for (let slot = 0; slot < high.length; slot += 1) {
      if (high[slot] !== 0) this.#insert(low[slot] as number, high[slot] as number);
    }
  }
}
