/**
 * The search for a linearization: Wing & Gong's algorithm in Lowe's form, with four things that keep it near linear
 * on histories of real stores:
 *
 * - a pure read that fits the present state is taken at once and never reconsidered (taking it later cannot help);
 * - a step that would overwrite a value which a pending operation still must see, and nothing can produce again, is
 *   not taken;
 * - of several pending operations that do the same and may never happen, only the earliest is tried;
 * - two orders of trying (by call, by return) take turns under a growing step budget.
 *
 * @module
 */
import { Memo } from './memo.js';
import { PendingList } from './pending-list.js';
import { ANY, ILLEGAL, NEVER, type Problem } from './problem.js';

export type Verdict = 'linearizable' | 'not-linearizable' | 'undecided';

export interface SearchResult {
  readonly verdict: Verdict;
  /** Operation numbers in an order that explains the history (or, when it fails, the longest prefix found). */
  readonly order: readonly number[];
  readonly steps: number;
}

export interface SearchLimits {
  /** Steps over all attempts before the verdict is `undecided`. */
  readonly maxSteps: number;
  /** Remembered configurations in one attempt (8 bytes each, tables at most half full). */
  readonly maxMemo: number;
}

export const DEFAULT_LIMITS: SearchLimits = { maxSteps: 200_000_000, maxMemo: 20_000_000 };

const FIRST_BUDGET = 200_000;

type TryOrder = 'by-call' | 'by-return';
type Attempt = 'found' | 'exhausted' | 'out-of-budget';

/** splitmix32: the numbers only have to be spread, and the same on every machine. */
function randomNumbers(seed: number, length: number): Int32Array {
  const numbers = new Int32Array(length);
  let state = seed | 0;
  for (let i = 0; i < length; i += 1) {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    numbers[i] = z ^ (z >>> 15);
  }
  return numbers;
}

class Search {
  readonly #problem: Problem;
  readonly #order: TryOrder;
  readonly #pending: PendingList;
  readonly #memo: Memo;
  readonly #low: Int32Array;
  readonly #high: Int32Array;
  /** Per value: pending operations that must take effect and must meet it. */
  readonly #needed: Int32Array;
  /** Per value: pending operations that may leave it. */
  readonly #producers: Int32Array;
  /** Pending operations that may leave any value. */
  #wild = 0;
  #required = 0;
  #state: number;
  #setLow = 0;
  #setHigh = 0;
  /** Linearized operations, in order. */
  readonly #trail: number[] = [];
  #best: number[] = [];
  /** So many operations `#best` and `#trail` begin with alike. */
  #inBest = 0;
  steps = 0;

  /** One frame per branching step: trail length and state before it, and its slice of `#candidates`. */
  readonly #frameTrail: number[] = [];
  readonly #frameState: number[] = [];
  readonly #frameCursor: number[] = [];
  readonly #frameStart: number[] = [];
  readonly #candidates: number[] = [];

  constructor(problem: Problem, order: TryOrder, seed: number) {
    this.#problem = problem;
    this.#order = order;
    this.#memo = new Memo(problem.size);
    this.#pending = new PendingList(problem);
    this.#low = randomNumbers(seed, problem.size);
    this.#high = randomNumbers(seed ^ 0x5bd1e995, problem.size);
    this.#needed = new Int32Array(problem.valueCount);
    this.#producers = new Int32Array(problem.valueCount);
    this.#state = problem.initialState;
    for (let index = 0; index < problem.size; index += 1) {
      this.#count(index, 1);
      if (problem.returnRank[index] !== NEVER) this.#required += 1;
    }
  }

  get best(): readonly number[] {
    return this.#best;
  }

  run(budget: number, maxMemo: number): Attempt {
    this.#absorbReads();
    this.#openFrame();
    while (this.#required > 0) {
      if (this.steps >= budget || this.#memo.size >= maxMemo) return this.#give('out-of-budget');
      if (!this.#tryNext() && !this.#backtrack()) return this.#give('exhausted');
    }
    return this.#give('found');
  }

  #give(attempt: Attempt): Attempt {
    this.#keepBest();
    return attempt;
  }

  /** Copies what is new only: a search that backs out again and again would otherwise copy everything each time. */
  #keepBest(): void {
    const length = this.#trail.length;
    if (length <= this.#best.length) return;
    this.#best.length = this.#inBest;
    for (let at = this.#inBest; at < length; at += 1) this.#best.push(this.#trail[at] as number);
    this.#inBest = length;
  }

  /** Takes the next untried candidate of the top frame; false when none is left. */
  #tryNext(): boolean {
    const top = this.#frameCursor.length - 1;
    let cursor = this.#frameCursor[top] as number;
    const end = this.#candidates.length;
    while (cursor < end) {
      const index = this.#candidates[cursor] as number;
      cursor += 1;
      this.steps += 1;
      const next = this.#problem.step(this.#state, index);
      if (next === ILLEGAL || this.#losesNeededValue(index, next)) continue;
      if (
        !this.#memo.add(
          this.#setLow ^ (this.#low[index] as number),
          this.#setHigh ^ (this.#high[index] as number),
          next,
        )
      ) {
        continue;
      }
      this.#frameCursor[top] = cursor;
      this.#take(index, next);
      this.#absorbReads();
      this.#openFrame();
      return true;
    }
    return false;
  }

  #openFrame(): void {
    this.#frameTrail.push(this.#trail.length);
    this.#frameState.push(this.#state);
    this.#frameStart.push(this.#candidates.length);
    this.#frameCursor.push(this.#candidates.length);
    this.#collectCandidates();
  }

  /** Closes the top frame and undoes the step that led to it; false at the root. */
  #backtrack(): boolean {
    this.#keepBest();
    this.#candidates.length = this.#frameStart.pop() as number;
    this.#frameCursor.pop();
    this.#frameTrail.pop();
    this.#frameState.pop();
    const top = this.#frameTrail.length - 1;
    if (top < 0) return false;
    const length = this.#frameTrail[top] as number;
    while (this.#trail.length > length) this.#undo(this.#trail.pop() as number);
    if (this.#inBest > length) this.#inBest = length;
    this.#state = this.#frameState[top] as number;
    return true;
  }

  /** Every operation called before the first return that is still pending may be next. */
  #collectCandidates(): void {
    const start = this.#candidates.length;
    const pending = this.#pending;
    const { signature, returnRank } = this.#problem;
    let tried: Set<number> | null = null;
    for (let node = pending.next(pending.head); pending.isCall(node); node = pending.next(node)) {
      const kind = signature[node] as number;
      if (kind !== 0 && returnRank[node] === NEVER) {
        tried ??= new Set();
        if (tried.has(kind)) continue;
        tried.add(kind);
      }
      this.#candidates.push(node);
    }
    if (this.#order === 'by-return' && this.#candidates.length - start > 1) {
      const slice = this.#candidates.splice(start);
      slice.sort((a, b) => (returnRank[a] as number) - (returnRank[b] as number));
      this.#candidates.push(...slice);
    }
  }

  #absorbReads(): void {
    const pending = this.#pending;
    const { pure } = this.#problem;
    let node = pending.next(pending.head);
    while (pending.isCall(node)) {
      const next = pending.next(node);
      if (pure[node] === 1 && this.#problem.step(this.#state, node) === this.#state) {
        this.#take(node, this.#state);
        // The read's own return may have stood right behind its call.
        node = next === node + this.#problem.size ? this.#after(node) : next;
      } else {
        node = next;
      }
    }
  }

  /** First node still listed behind the lifted call `index`. */
  #after(index: number): number {
    return this.#pending.next(index + this.#problem.size);
  }

  #losesNeededValue(index: number, next: number): boolean {
    const present = this.#state;
    if (next === present || present >= this.#needed.length || this.#wild > 0) return false;
    const own = this.#problem.needs[index] === present && this.#problem.returnRank[index] !== NEVER ? 1 : 0;
    return (this.#needed[present] as number) - own > 0 && this.#producers[present] === 0;
  }

  #take(index: number, next: number): void {
    this.#pending.lift(index);
    this.#trail.push(index);
    this.#setLow ^= this.#low[index] as number;
    this.#setHigh ^= this.#high[index] as number;
    this.#state = next;
    this.#count(index, -1);
    if (this.#problem.returnRank[index] !== NEVER) this.#required -= 1;
  }

  #undo(index: number): void {
    this.#pending.unlift(index);
    this.#setLow ^= this.#low[index] as number;
    this.#setHigh ^= this.#high[index] as number;
    this.#count(index, 1);
    if (this.#problem.returnRank[index] !== NEVER) this.#required += 1;
  }

  #count(index: number, by: number): void {
    const { needs, produces, pure, returnRank } = this.#problem;
    const need = needs[index] as number;
    if (need !== ANY && returnRank[index] !== NEVER) this.#needed[need] = (this.#needed[need] as number) + by;
    if (pure[index] === 1) return;
    const value = produces[index] as number;
    if (value === ANY) this.#wild += by;
    else this.#producers[value] = (this.#producers[value] as number) + by;
  }
}

/** Decides one partition. A negative verdict is confirmed under other hash numbers. */
export function search(problem: Problem, limits: SearchLimits = DEFAULT_LIMITS): SearchResult {
  let steps = 0;
  let budget = FIRST_BUDGET;
  let seed = 1;
  let refuted = 0;
  let best: readonly number[] = [];
  let order: TryOrder = 'by-call';
  while (steps < limits.maxSteps) {
    const attempt = new Search(problem, order, seed);
    const outcome = attempt.run(Math.min(budget, limits.maxSteps - steps), limits.maxMemo);
    steps += attempt.steps;
    if (attempt.best.length >= best.length) best = attempt.best;
    if (outcome === 'found') return { verdict: 'linearizable', order: best, steps };
    if (outcome === 'exhausted') {
      refuted += 1;
      if (refuted === 2) return { verdict: 'not-linearizable', order: best, steps };
    } else if (order === 'by-return') {
      budget *= 4;
    }
    seed += 1;
    order = order === 'by-call' ? 'by-return' : 'by-call';
    if (attempt.steps === 0 && outcome === 'out-of-budget') break;
  }
  return { verdict: 'undecided', order: best, steps };
}
