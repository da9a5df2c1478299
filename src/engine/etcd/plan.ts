/**
 * Which records of a batch go into one transaction of etcd: neighbours, as many as fit.
 *
 * @module
 */
import type { BatchRecord } from '../../kv/batch-records.js';
import { isAboutAllKeys, type OfferLimits, refusalOfRecord } from './offer.js';

interface Step {
  readonly records: readonly BatchRecord[];
}

export type PlannedStep =
  | (Step & { readonly kind: 'transaction'; readonly keys: readonly string[] })
  | (Step & { readonly kind: 'keyspace'; readonly name: string; readonly args: readonly string[] })
  | (Step & { readonly kind: 'refused'; readonly why: string });

/** A transaction is closed once its commands are this large; with what is there already it may grow beyond. */
const TRANSACTION_BYTES = 512 * 1024;

/** In the order of the records; none is left out. */
export function stepsOf(records: readonly BatchRecord[], limits: OfferLimits): PlannedStep[] {
  const steps: PlannedStep[] = [];
  for (let at = 0; at < records.length; ) {
    const step = nextStep(records, at, limits);
    steps.push(step);
    at += step.records.length;
  }
  return steps;
}

/** A transaction that turned out to be too large, in two. */
export function halvesOf({ records }: PlannedStep): PlannedStep[] {
  const middle = records.length >> 1;
  return [records.slice(0, middle), records.slice(middle)].map(part => ({
    kind: 'transaction',
    records: part,
    keys: [...new Set(part.flatMap(({ keys }) => keys))],
  }));
}

function nextStep(records: readonly BatchRecord[], at: number, limits: OfferLimits): PlannedStep {
  const record = records[at];
  if (record === undefined) throw new RangeError(`no record ${at}`);
  const why = refusalOfRecord(record, limits);
  if (why !== null) return { kind: 'refused', records: [record], why };
  const [first] = record.commands;
  if (!record.isTransaction && first !== undefined && isAboutAllKeys(first)) {
    return {
      kind: 'keyspace',
      records: [record],
      name: first.command?.name ?? '',
      args: first.args,
    };
  }
  const taken: BatchRecord[] = [];
  const keys = new Set<string>();
  let bytes = 0;
  for (const next of records.slice(at)) {
    const isPlain = refusalOfRecord(next, limits) === null && !next.commands.some(isAboutAllKeys);
    const added = next.keys.filter(key => !keys.has(key));
    const fits = keys.size + added.length <= limits.maxOperations && bytes < TRANSACTION_BYTES;
    if (taken.length > 0 && !(isPlain && fits)) break;
    taken.push(next);
    for (const key of added) keys.add(key);
    bytes += next.end - next.start;
  }
  return { kind: 'transaction', records: taken, keys: [...keys] };
}
