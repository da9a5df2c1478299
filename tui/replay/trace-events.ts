/**
 * Reads a trace: the JSON lines that nodes write with `--trace`, of a simulation or a real cluster.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

export const TRACE_KINDS = [
  'start',
  'crash',
  'term',
  'vote',
  'leader',
  'step-down',
  'append',
  'truncate',
  'commit',
  'apply',
  'snapshot',
  'install',
  'state',
] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

/** One event; fields that its kind does not have are 0 or empty. */
export interface TracedEvent {
  /** Since the first event of the trace. */
  readonly atMs: number;
  readonly node: number;
  readonly kind: TraceKind;
  readonly term: number;
  /** Of `truncate`: the first entry that went. Of `start`: the last entry. */
  readonly index: number;
  /** Who got the vote; null: nobody. */
  readonly vote: number | null;
  /** Of `start`: index of the snapshot. */
  readonly snapshot: number;
  readonly state: string;
}

/** Thrown for a file that is no trace; the message names the line. */
class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly code = 'bad-trace';
}

function isKind(value: unknown): value is TraceKind {
  return (TRACE_KINDS as readonly unknown[]).includes(value);
}

function numberOf(...values: readonly unknown[]): number {
  const found = values.find(value => typeof value === 'number');
  return typeof found === 'number' ? found : 0;
}

/** Traces name who got a vote by raft id: the node, from 1, in the low eight bits. */
function votedFor(id: number): number | null {
  return id > 0 ? (id & 0xff) - 1 : null;
}

/** Null: an event that is not shown. */
function parseLine(text: string, line: number): TracedEvent | null {
  let raw: Readonly<Record<string, unknown>>;
  try {
    raw = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    throw new TraceError(`line ${line} is not JSON: is this a trace?`);
  }
  if (typeof raw?.t !== 'number' || typeof raw.node !== 'number' || typeof raw.ev !== 'string') {
    throw new TraceError(`line ${line} has no t, node and ev: is this a trace?`);
  }
  if (!isKind(raw.ev)) return null;
  return {
    atMs: raw.t / 1e6,
    node: raw.node,
    kind: raw.ev,
    term: numberOf(raw.term),
    index: numberOf(raw.index, raw.from, raw.last),
    vote: votedFor(numberOf(raw.for, raw.vote)),
    snapshot: numberOf(raw.snap),
    state: typeof raw.state === 'string' ? raw.state : '',
  };
}

/** In the order of time: threads of one machine write whole bursts of lines. @throws TraceError */
export function parseTrace(text: string): readonly TracedEvent[] {
  const events: TracedEvent[] = [];
  let line = 0;
  for (const row of text.split('\n')) {
    line++;
    if (row.trim() === '') continue;
    const event = parseLine(row, line);
    if (event !== null) events.push(event);
  }
  if (events.length === 0) throw new TraceError('there are no events in this file');
  events.sort((a, b) => a.atMs - b.atMs);
  const startMs = events[0]?.atMs ?? 0;
  return events.map(event => ({ ...event, atMs: event.atMs - startMs }));
}

/** @throws TraceError, or the error of reading the file */
export function readTrace(path: string): readonly TracedEvent[] {
  return parseTrace(readFileSync(path, 'utf8'));
}
