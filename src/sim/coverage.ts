/**
 * What really happened in a run: a fault that never fires is a hole in the test, and the report says so.
 *
 * @module
 */
export const COVERED = [
  'fault-crash',
  'fault-pause',
  'fault-partition',
  'fault-one-way',
  'fault-clog',
  'fault-drop',
  'fault-slow-disk',
  'fault-disk-full',
  'fault-disk-error',
  'fault-bit-flip',
  'fault-clock',
  'fault-transfer',
  'fault-snapshot',
  'fault-add',
  'fault-remove',
  'message-cut',
  'message-clogged',
  'message-dropped',
  'message-reordered',
  'message-duplicated',
  'node-start',
  'node-restart',
  'node-refused-its-files',
  'node-removed',
  'node-faulted',
  'unsynced-write-lost',
  'unsynced-write-kept',
  'torn-tail-cut',
  'leader-elected',
  'leader-stepped-down',
  'entries-truncated',
  'snapshot-made',
  'snapshot-installed',
  'membership-applied',
  'batch-duplicate-skipped',
  'operation-ok',
  'operation-refused',
  'operation-unknown',
  'operation-retried',
] as const;

export type Covered = (typeof COVERED)[number];

export class Coverage {
  readonly #counts = new Map<Covered, number>();

  add(what: Covered, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  count(what: Covered): number {
    return this.#counts.get(what) ?? 0;
  }

  /** As plain data, for other threads. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
