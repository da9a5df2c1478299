/**
 * Histories as a test of a right store leaves them: concurrent clients, one call at a time each, every effect at some moment
 * between call and return, and now and then a call nobody answered.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { formatOperation, type Operation } from '../src/harness/check.js';
import { LoadRandom } from '../src/harness/random.js';

export interface RecordedHistoryOptions {
  readonly operations: number;
  readonly keys: number;
  readonly clients: number;
  readonly seed: number;
}

const CALL_NS = 2_000_000;
const READ_SHARE = 0.5;
const SWAP_SHARE = 0.1;
/** One call in so many stays unknown. */
const UNKNOWN_EVERY = 1_000;
const LINES_AT_ONCE = 5_000;

interface Call {
  readonly client: number;
  readonly key: number;
  readonly callNs: number;
  readonly effectNs: number;
  readonly returnNs: number;
}

/** Calls of all clients, in the order of their effects. */
function callsOf({ operations, keys, clients }: RecordedHistoryOptions, random: LoadRandom): Call[] {
  const freeNs = new Float64Array(clients);
  const calls = Array.from({ length: operations }, (_, index): Call => {
    const client = index % clients;
    const callNs = (freeNs[client] ?? 0) + random.below(CALL_NS / 10);
    const lasts = CALL_NS / 2 + random.below(CALL_NS);
    freeNs[client] = callNs + lasts + 1;
    const effectNs = callNs + random.below(lasts);
    return { client, key: random.below(keys), callNs, effectNs, returnNs: callNs + lasts };
  });
  return calls.sort((a, b) => a.effectNs - b.effectNs);
}

/** Writes a history of register calls with unique values to `path`, in the order the calls returned. */
export function writeRecordedHistory(path: string, options: RecordedHistoryOptions): void {
  const random = new LoadRandom(options.seed);
  const values: (string | null)[] = Array.from({ length: options.keys }, () => null);
  const operations = callsOf(options, random).map((call, index): Operation => {
    const { client, key, callNs, returnNs } = call;
    const base = { client, key: `t1a2b3c:register:${key}.0`, callNs, returnNs } as const;
    const drawn = random.next();
    const present = values[key] ?? null;
    if (drawn < READ_SHARE) return { ...base, op: 'get', output: present, ok: true };
    const value = `m${client}-${index}`;
    if (random.below(UNKNOWN_EVERY) === 0) {
      if (random.next() < 0.5) values[key] = value;
      return { ...base, op: 'put', value, ok: 'unknown', returnNs: null };
    }
    values[key] = value;
    if (present === null || drawn < 1 - SWAP_SHARE) {
      return { ...base, op: 'put', value, ok: true, output: 'OK' };
    }
    return { ...base, op: 'cas', value: [present, value], ok: true, output: true };
  });
  operations.sort((a, b) => (a.returnNs ?? a.callNs + CALL_NS) - (b.returnNs ?? b.callNs + CALL_NS));
  writeOperations(path, operations);
}

function writeOperations(path: string, operations: readonly Operation[]): void {
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < operations.length; at += LINES_AT_ONCE) {
      const lines = operations.slice(at, at + LINES_AT_ONCE).map(operation => {
        const recorded = { ...operation, node: operation.client % 5, phase: 'mixed' };
        return formatOperation(recorded);
      });
      writeSync(file, `${lines.join('\n')}\n`);
    }
  } finally {
    closeSync(file);
  }
}
