/**
 * What the threads of a load and their owner share: counts so far, and whether to stop.
 *
 * @module
 */

export interface LoadCounts {
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
}

const STOP = 0;
const CELL = { ok: 1, failed: 2, unknown: 3 } as const;

export class LoadCounters {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  count(outcome: keyof LoadCounts): void {
    Atomics.add(this.#cells, CELL[outcome], 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.#cells, STOP) === 1;
  }

  stop(): void {
    Atomics.store(this.#cells, STOP, 1);
  }

  resume(): void {
    Atomics.store(this.#cells, STOP, 0);
  }

  read(): LoadCounts {
    return {
      ok: Atomics.load(this.#cells, CELL.ok),
      failed: Atomics.load(this.#cells, CELL.failed),
      unknown: Atomics.load(this.#cells, CELL.unknown),
    };
  }
}
