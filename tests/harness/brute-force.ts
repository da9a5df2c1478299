/**
 * The definition of linearizability, tried by brute force: every order of every choice of unknown operations.
 *
 * @module
 */
import type { Operation } from '../../src/harness/history.js';

type State = string | null;

/** What `operation` leaves in `state`, or undefined where its answer does not fit. Register operations only. */
function apply(state: State, operation: Operation): State | undefined {
  const told = operation.ok === true ? operation.output : undefined;
  switch (operation.op) {
    case 'get':
      return operation.ok !== true || told === state ? state : undefined;
    case 'put':
      return String(operation.value);
    case 'append':
      return (state ?? '') + String(operation.value);
    case 'incr': {
      const next = Number(state ?? '0') + 1;
      if (Number.isNaN(next)) return undefined;
      return told === undefined || told === next ? String(next) : undefined;
    }
    case 'del':
      return told === undefined || told === (state === null ? 0 : 1) ? null : undefined;
    case 'cas': {
      const [expected, written] = operation.value as readonly [string, string];
      if (told === false) return state === expected ? undefined : state;
      if (state === expected) return written;
      return told === true ? undefined : state;
    }
    default:
      throw new Error(`no brute force for ${operation.op}`);
  }
}

export function bruteForce(history: readonly Operation[]): boolean {
  const operations = history.filter(operation => operation.ok !== false);
  const done = new Set<Operation>();
  const extend = (state: State): boolean => {
    const open = operations.filter(operation => !done.has(operation));
    if (open.every(operation => operation.ok === 'unknown')) return true;
    const firstReturn = Math.min(...open.map(operation => operation.returnNs ?? Number.POSITIVE_INFINITY));
    for (const operation of open) {
      if (operation.callNs > firstReturn) continue;
      const next = apply(state, operation);
      if (next === undefined) continue;
      done.add(operation);
      if (extend(next)) return true;
      done.delete(operation);
    }
    return false;
  };
  return extend(null);
}
