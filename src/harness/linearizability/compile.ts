/**
 * From the operations on one key to the problem the search works on.
 *
 * @module
 */
import type { Operation } from '../history.js';
import type { Effect } from './effect.js';
import { effectOf } from './effects.js';
import { Interner } from './interner.js';
import { ANY, NEVER, type Problem } from './problem.js';

export interface Compiled {
  readonly problem: Problem;
  /** The operations of the problem, by number: those that say or may have done anything. */
  readonly operations: readonly Operation[];
  /** The value a state stands for; null: the key is absent. */
  valueOf(state: number): string | null;
}

interface Item {
  readonly operation: Operation;
  readonly effect: Effect;
  readonly callNs: number;
  /** Infinity: may take effect at any later time, or never. */
  returnNs: number;
}

/** @throws ModelError for an operation no model knows */
export function compileKey(history: readonly Operation[]): Compiled {
  const values = new Interner();
  const initialState = values.id(null);
  const items = resolveUnknown(toItems(history, values), initialState);
  items.sort((a, b) => a.callNs - b.callNs);
  return {
    problem: toProblem(items, initialState, values),
    operations: items.map(item => item.operation),
    valueOf: state => values.value(state),
  };
}

/** Leaves out what says nothing: operations certainly not executed, and reads without an answer. */
function toItems(history: readonly Operation[], values: Interner): Item[] {
  const items: Item[] = [];
  for (const operation of history) {
    if (operation.ok === false) continue;
    const effect = effectOf(operation, values);
    const unknown = operation.ok === 'unknown' || operation.returnNs === null;
    if (unknown && effect.pure) continue;
    const returnNs = unknown ? Number.POSITIVE_INFINITY : (operation.returnNs ?? Number.POSITIVE_INFINITY);
    items.push({ operation, effect, callNs: operation.callNs, returnNs });
  }
  return items;
}

/**
 * Unknown writes of a value that nothing else writes: if nobody saw the value the write is left out, if somebody did it
 * took effect before the first such answer. Both only where every operation names the value it meets (get, put, cas, del):
 * elsewhere an unseen write may still explain an answer, so it stays open.
 */
function resolveUnknown(items: Item[], initialState: number): Item[] {
  const exact = items.every(isExact);
  if (!exact) return items;
  const producers = new Map<number, number>();
  const firstSeen = new Map<number, number>();
  for (const { effect, returnNs } of items) {
    if (!effect.pure) producers.set(effect.produces, (producers.get(effect.produces) ?? 0) + 1);
    if (effect.needs === ANY) continue;
    firstSeen.set(effect.needs, Math.min(firstSeen.get(effect.needs) ?? Number.POSITIVE_INFINITY, returnNs));
  }
  return items.filter(item => {
    const { effect } = item;
    if (item.returnNs !== Number.POSITIVE_INFINITY || effect.produces === initialState) return true;
    const seenNs = firstSeen.get(effect.produces);
    if (seenNs === undefined) return effect.needs !== ANY ? true : !isBlind(item);
    if (producers.get(effect.produces) === 1 && seenNs > item.callNs) item.returnNs = seenNs;
    return true;
  });
}

/** Says nothing of the value it met beyond `needs`: not so a `del` told 1, a failed `cas`, an `incr` that may have met 0. */
function isExact({ effect, operation }: Item): boolean {
  if (effect.pure) return effect.needs !== ANY;
  if (effect.produces === ANY) return false;
  const silent =
    operation.ok !== true || operation.output === undefined || typeof operation.output !== 'number';
  return silent || effect.needs !== ANY;
}

/** A write that succeeds whatever it meets. */
const isBlind = (item: Item): boolean => item.operation.op !== 'del' && item.effect.needs === ANY;

function toProblem(items: readonly Item[], initialState: number, values: Interner): Problem {
  const size = items.length;
  const problem = {
    size,
    initialState,
    callRank: new Int32Array(size),
    returnRank: new Int32Array(size).fill(NEVER),
    pure: new Uint8Array(size),
    signature: new Int32Array(size),
    needs: new Int32Array(size),
    produces: new Int32Array(size),
    valueCount: values.size,
    step: (state: number, index: number): number => (effects[index] as Effect).step(state),
  };
  const effects = items.map(item => item.effect);
  const signatures = new Interner();
  signatures.id('');
  for (const [index, effect] of effects.entries()) {
    problem.pure[index] = effect.pure ? 1 : 0;
    problem.signature[index] = signatures.id(effect.signature);
    problem.needs[index] = effect.needs;
    problem.produces[index] = effect.produces;
  }
  rankEvents(items, problem.callRank, problem.returnRank);
  return problem;
}

/** Calls come before returns of the same instant: when the clock cannot tell, the two operations overlap. */
function rankEvents(items: readonly Item[], callRank: Int32Array, returnRank: Int32Array): void {
  const size = items.length;
  const returns: number[] = [];
  for (const [index, item] of items.entries())
    if (item.returnNs !== Number.POSITIVE_INFINITY) returns.push(index);
  const returnNs = (index: number): number => (items[index] as Item).returnNs;
  returns.sort((a, b) => returnNs(a) - returnNs(b));
  let rank = 0;
  let call = 0;
  for (const index of returns) {
    while (call < size && (items[call] as Item).callNs <= returnNs(index)) callRank[call++] = rank++;
    returnRank[index] = rank++;
  }
  while (call < size) callRank[call++] = rank++;
}
