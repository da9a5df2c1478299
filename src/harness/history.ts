/**
 * Histories: what concurrent clients called and what they were told, one operation per JSON line.
 *
 * @module
 */

/**
 * `true`: it took effect and `output` is what was told. `false`: certainly not executed.
 * `'unknown'`: it may take effect at any time after the call, or never.
 */
export type OperationOutcome = true | false | 'unknown';

/** Output of `get` is a string or null; of `cas` a boolean; of `incr` a number; of `range`/`members` a list. */
export type OperationOutput = string | number | boolean | null | readonly string[];

export interface Operation {
  readonly client: number;
  readonly op: string;
  readonly key: string;
  /** Argument: none for reads, `[expected, new]` for `cas`, else what was written. */
  readonly value?: string | number | null | readonly (string | null)[];
  readonly output?: OperationOutput;
  readonly ok: OperationOutcome;
  /** Nanoseconds on one monotonic clock shared by all clients. */
  readonly callNs: number;
  /** Null while unknown. */
  readonly returnNs: number | null;
}

/** Thrown for a line of a history that cannot be used; `line` is 1-based. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly code = 'bad-history';
  readonly line: number;
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

type Json = Readonly<Record<string, unknown>>;

const isNanoseconds = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(item => item === null || typeof item === 'string');

function isArgument(value: unknown): value is Exclude<Operation['value'], undefined> {
  return value === null || typeof value === 'string' || typeof value === 'number' || isTextList(value);
}

const isOutput = (value: unknown): value is OperationOutput =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  isTextList(value);

/** One line of a history file. @throws HistoryError naming what is wrong with it */
export function parseOperation(text: string, line: number): Operation {
  let raw: Json;
  try {
    raw = JSON.parse(text) as Json;
  } catch {
    throw new HistoryError(line, 'expected one JSON object');
  }
  if (typeof raw !== 'object' || raw === null) throw new HistoryError(line, 'expected one JSON object');
  const { client, op, key, value, output, ok, call_ns: callNs, return_ns: returnNs } = raw;
  if (typeof client !== 'number') throw new HistoryError(line, '"client" must be a number');
  if (typeof op !== 'string') throw new HistoryError(line, '"op" must be a string');
  if (typeof key !== 'string') throw new HistoryError(line, '"key" must be a string');
  if (ok !== true && ok !== false && ok !== 'unknown') {
    throw new HistoryError(line, '"ok" must be true, false or "unknown"');
  }
  if (!isNanoseconds(callNs)) throw new HistoryError(line, '"call_ns" must be a number, 0 or more');
  if (ok !== 'unknown' && !isNanoseconds(returnNs)) {
    throw new HistoryError(line, '"return_ns" must be a number, 0 or more');
  }
  if (isNanoseconds(returnNs) && returnNs < callNs)
    throw new HistoryError(line, '"return_ns" is before "call_ns"');
  if (value !== undefined && !isArgument(value)) throw new HistoryError(line, '"value" is of no known kind');
  if (output !== undefined && !isOutput(output)) {
    throw new HistoryError(line, '"output" is of no known kind');
  }
  return {
    client,
    op,
    key,
    ...(value === undefined ? {} : { value }),
    ...(output === undefined ? {} : { output }),
    ok,
    callNs,
    returnNs: ok === 'unknown' || !isNanoseconds(returnNs) ? null : returnNs,
  };
}

/** A whole file; blank lines are passed over. @throws HistoryError for the first line that cannot be used */
export function parseHistory(text: string): Operation[] {
  const operations: Operation[] = [];
  let line = 0;
  for (const row of text.split('\n')) {
    line += 1;
    if (row.trim() !== '') operations.push(parseOperation(row, line));
  }
  return operations;
}

/** The file form of one operation, without the line end. */
export function formatOperation(operation: Operation): string {
  const { callNs, returnNs, ...rest } = operation;
  return JSON.stringify({ ...rest, call_ns: callNs, return_ns: returnNs });
}
