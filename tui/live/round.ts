/**
 * One window of the live check: a few fresh keys, used for a while and then judged for good. A history that never
 * ended could only be searched with ever more effort; keys that are left behind can be forgotten.
 *
 * @module
 */
import { checkLinearizable, type Operation, type Violation } from '../../src/harness/check.js';

export interface RoundVerdict {
  readonly operations: number;
  readonly unknown: number;
  readonly verdict: 'linearizable' | 'not-linearizable' | 'undecided';
  readonly violation: Violation | null;
}

/** A window beyond this effort is left undecided: the check must not fall behind the load. */
const LIMITS = { maxSteps: 3_000_000, maxMemo: 500_000 };

export class Round {
  readonly keys: readonly string[];
  readonly #operations: Operation[] = [];
  #underWay = 0;
  #isClosed = false;
  #drained: () => void = () => {};

  /** `prefix` must be new: no other window may ever have used these keys. */
  constructor(prefix: string, keys: number) {
    this.keys = Array.from({ length: keys }, (_, at) => `${prefix}:${at}`);
  }

  begin(): void {
    this.#underWay++;
  }

  end(operation: Operation | null): void {
    if (operation !== null) this.#operations.push(operation);
    this.#underWay--;
    if (this.#isClosed && this.#underWay === 0) this.#drained();
  }

  /** Resolves with the verdict once every operation under way has its outcome. None may begin after this. */
  async close(): Promise<RoundVerdict> {
    this.#isClosed = true;
    if (this.#underWay > 0) {
      await new Promise<void>(resolve => {
        this.#drained = resolve;
      });
    }
    const { verdict, violations } = checkLinearizable(this.#operations, LIMITS);
    return {
      operations: this.#operations.length,
      unknown: this.#operations.filter(({ ok }) => ok === 'unknown').length,
      verdict,
      violation: violations[0] ?? null,
    };
  }
}
