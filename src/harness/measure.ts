/**
 * What a recorded history says of speed and availability: counts by operation and outcome, latencies over time, gaps.
 *
 * @module
 */
import type { OperationOutcome } from './history.js';
import { readLines } from './history-file.js';
import type { RecordedOperation } from './load-client.js';

type OutcomeName = 'ok' | 'failed' | 'unknown';

export interface OperationCounts {
  readonly op: string;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  /** Of the acknowledged ones, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Window {
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A time in which nothing was acknowledged. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

interface LatencyPoint {
  readonly atMs: number;
  readonly latencyMs: number;
  readonly op: string;
  readonly outcome: OutcomeName;
}

export interface PhaseCounts {
  readonly phase: string;
  readonly operations: readonly OperationCounts[];
}

export interface Measurements {
  readonly operations: number;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly byOperation: readonly OperationCounts[];
  readonly byPhase: readonly PhaseCounts[];
  /** Why calls failed or stayed unknown, by error word. */
  readonly errors: Readonly<Record<string, number>>;
  /** One after the other from the beginning, each `windowMs` long. */
  readonly windows: readonly Window[];
  readonly windowMs: number;
  readonly longestGap: Gap;
  /** Longer than `GAP_MS`, in order. */
  readonly gaps: readonly Gap[];
  /** At most `MAX_POINTS`, spread over the run. */
  readonly points: readonly LatencyPoint[];
  /** Answered reads of each key. */
  readonly readsByKey: ReadonlyMap<string, number>;
}

/** Shorter silences are no gap. */
export const GAP_MS = 100;
const MAX_POINTS = 6_000;

const NAMES: Readonly<Record<string, OutcomeName>> = { true: 'ok', false: 'failed', unknown: 'unknown' };
const outcomeName = (ok: OperationOutcome): OutcomeName => NAMES[String(ok)] ?? 'unknown';

export const isRead = (op: string): boolean =>
  op === 'get' || op === 'lrange' || op === 'smembers' || op === 'balances';

/** `values` must be sorted. */
export function quantile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}

class Tally {
  ok = 0;
  failed = 0;
  unknown = 0;
  readonly latenciesMs: number[] = [];

  add(outcome: OutcomeName, latencyMs: number): void {
    this[outcome] += 1;
    if (outcome === 'ok') this.latenciesMs.push(latencyMs);
  }

  summary(): Omit<OperationCounts, 'op'> {
    const sorted = this.latenciesMs.sort((a, b) => a - b);
    const { ok, failed, unknown } = this;
    return {
      ok,
      failed,
      unknown,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      maxMs: sorted[sorted.length - 1] ?? 0,
    };
  }
}

export interface MeasureOptions {
  /** Added to all times of the history. */
  readonly offsetMs?: number;
  /** Times in which nobody called on purpose: they are no gaps. In order, apart from each other. */
  readonly idle?: readonly Gap[];
}

/**
 * Reads a history written by this harness; what comes after the load (`final`) is left out.
 *
 * @param untilMs when the load ended, offset included
 */
export function measureHistory(path: string, untilMs: number, options: MeasureOptions = {}): Measurements {
  const collector = new Collector(untilMs, options);
  readLines(path, {
    onLine: text => {
      if (text !== '') collector.take(JSON.parse(text) as RecordedLine);
    },
  });
  return collector.result();
}

type RecordedLine = Pick<RecordedOperation, 'op' | 'key' | 'ok' | 'phase' | 'error' | 'waited_ms'> & {
  readonly call_ns: number;
  readonly return_ns: number | null;
};

class Collector {
  readonly #untilMs: number;
  readonly #offsetMs: number;
  readonly #idle: readonly Gap[];
  readonly #windowMs: number;
  readonly #total = new Tally();
  readonly #byPhase = new Map<string, Map<string, Tally>>();
  readonly #byOperation = new Map<string, Tally>();
  readonly #windows: Tally[] = [];
  readonly #errors: Record<string, number> = {};
  readonly #acknowledgedMs: number[] = [];
  readonly #points: LatencyPoint[] = [];
  readonly #readsByKey = new Map<string, number>();
  #seen = 0;
  #fromMs = Number.POSITIVE_INFINITY;

  constructor(untilMs: number, { offsetMs = 0, idle = [] }: MeasureOptions) {
    this.#untilMs = untilMs;
    this.#offsetMs = offsetMs;
    this.#idle = idle;
    this.#windowMs = windowFor(untilMs);
  }

  take({
    op,
    key,
    ok,
    phase,
    error,
    waited_ms: waitedMs = 0,
    call_ns: callNs,
    return_ns: returnNs,
  }: RecordedLine): void {
    if (phase === 'final') return;
    const outcome = outcomeName(ok);
    const callMs = callNs / 1e6 + this.#offsetMs;
    const returnMs = returnNs === null ? callMs + waitedMs : returnNs / 1e6 + this.#offsetMs;
    const latencyMs = returnMs - callMs;
    this.#fromMs = Math.min(this.#fromMs, callMs);
    this.#total.add(outcome, latencyMs);
    tallyOf(this.#byOperation, op).add(outcome, latencyMs);
    const phaseTallies = this.#byPhase.get(phase) ?? new Map<string, Tally>();
    this.#byPhase.set(phase, phaseTallies);
    tallyOf(phaseTallies, op).add(outcome, latencyMs);
    this.#windowAt(outcome === 'unknown' ? callMs : returnMs).add(outcome, latencyMs);
    if (error !== undefined) this.#errors[error] = (this.#errors[error] ?? 0) + 1;
    if (outcome === 'ok') {
      this.#acknowledgedMs.push(returnMs);
      if (isRead(op)) this.#readsByKey.set(key, (this.#readsByKey.get(key) ?? 0) + 1);
    }
    this.#sample({ atMs: callMs, latencyMs, op, outcome });
  }

  result(): Measurements {
    const { ok, failed, unknown } = this.#total;
    const fromMs = Number.isFinite(this.#fromMs) ? this.#fromMs : 0;
    const gaps = this.#gaps(fromMs);
    const longest = gaps.reduce((best, gap) => (lengthOf(gap) > lengthOf(best) ? gap : best), {
      fromMs,
      toMs: fromMs,
    });
    return {
      operations: ok + failed + unknown,
      ok,
      failed,
      unknown,
      fromMs,
      toMs: this.#untilMs,
      byOperation: countsOf(this.#byOperation),
      byPhase: [...this.#byPhase].map(([phase, tallies]) => ({ phase, operations: countsOf(tallies) })),
      errors: this.#errors,
      windows: Array.from(this.#windows, tally => (tally ?? new Tally()).summary()),
      windowMs: this.#windowMs,
      longestGap: longest,
      gaps: gaps.filter(gap => lengthOf(gap) >= GAP_MS),
      points: this.#points.sort((a, b) => a.atMs - b.atMs),
      readsByKey: this.#readsByKey,
    };
  }

  #windowAt(atMs: number): Tally {
    const window = Math.floor(atMs / this.#windowMs);
    const tally = this.#windows[window] ?? new Tally();
    this.#windows[window] = tally;
    return tally;
  }

  #gaps(fromMs: number): Gap[] {
    const times = [fromMs, ...this.#acknowledgedMs.sort((a, b) => a - b), this.#untilMs];
    const gaps = times.slice(1).map((toMs, index) => ({ fromMs: times[index] ?? toMs, toMs }));
    return this.#idle.length === 0 ? gaps : gaps.flatMap(gap => withoutIdle(gap, this.#idle));
  }

  /** Every call has the same chance to be drawn (reservoir sampling); what went wrong is spread out as the rest. */
  #sample(point: LatencyPoint): void {
    this.#seen += 1;
    if (this.#points.length < MAX_POINTS) {
      this.#points.push(point);
      return;
    }
    const slot = Math.floor(Math.random() * this.#seen);
    if (slot < MAX_POINTS) this.#points[slot] = point;
  }
}

/** About a hundred windows and more in a run, each long enough for a percentile. */
const WINDOWS: readonly (readonly [upToMs: number, windowMs: number])[] = [
  [10_000, 100],
  [60_000, 500],
  [600_000, 1_000],
  [3_600_000, 10_000],
];
const LONGEST_WINDOW_MS = 60_000;

const windowFor = (lastsMs: number): number =>
  WINDOWS.find(([upToMs]) => lastsMs <= upToMs)?.[1] ?? LONGEST_WINDOW_MS;

/** What is left of a gap outside the times in which nobody called. */
function withoutIdle(gap: Gap, idle: readonly Gap[]): readonly Gap[] {
  const parts: Gap[] = [];
  let { fromMs } = gap;
  for (const pause of idle) {
    if (pause.toMs <= fromMs || pause.fromMs >= gap.toMs) continue;
    if (pause.fromMs > fromMs) parts.push({ fromMs, toMs: pause.fromMs });
    fromMs = pause.toMs;
  }
  if (fromMs < gap.toMs) parts.push({ fromMs, toMs: gap.toMs });
  return parts;
}

export const lengthOf = (gap: Gap): number => gap.toMs - gap.fromMs;

function tallyOf(tallies: Map<string, Tally>, name: string): Tally {
  const known = tallies.get(name);
  if (known !== undefined) return known;
  const tally = new Tally();
  tallies.set(name, tally);
  return tally;
}

const countsOf = (tallies: ReadonlyMap<string, Tally>): OperationCounts[] =>
  [...tallies].map(([op, tally]) => ({ op, ...tally.summary() })).sort((a, b) => a.op.localeCompare(b.op));
