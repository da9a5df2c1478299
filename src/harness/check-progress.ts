/**
 * What the threads of a check and their owner share: how far they are, and whether to stop.
 *
 * @module
 */

export interface CheckProgress {
  /** Keys decided so far; `keys` grows while files are still read. */
  readonly decided: number;
  readonly keys: number;
  readonly operations: number;
}

const CANCELLED = 0;
const DECIDED = 1;
const KEYS = 2;
const OPERATIONS = 3;

export class SharedProgress {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  get cancelled(): boolean {
    return Atomics.load(this.#cells, CANCELLED) === 1;
  }

  cancel(): void {
    Atomics.store(this.#cells, CANCELLED, 1);
  }

  found(keys: number, operations: number): void {
    Atomics.add(this.#cells, KEYS, keys);
    Atomics.add(this.#cells, OPERATIONS, operations);
  }

  decide(): void {
    Atomics.add(this.#cells, DECIDED, 1);
  }

  read(): CheckProgress {
    return {
      decided: Atomics.load(this.#cells, DECIDED),
      keys: Atomics.load(this.#cells, KEYS),
      operations: Atomics.load(this.#cells, OPERATIONS),
    };
  }
}
