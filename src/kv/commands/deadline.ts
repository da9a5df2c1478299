/**
 * Expiry arguments: EX, PX, EXAT, PXAT and their kin. Relative times count from log time.
 *
 * @module
 */
import { invalidExpireTime, NOT_AN_INTEGER } from '../error-replies.js';
import { parsePosition } from '../integer.js';
import type { ErrorReply } from '../reply.js';

export interface TimeUnit {
  readonly millisecondsPerUnit: number;
  /** Since 1970, not since now. */
  readonly absolute: boolean;
}

export const SECONDS: TimeUnit = { millisecondsPerUnit: 1000, absolute: false };
export const MILLISECONDS: TimeUnit = { millisecondsPerUnit: 1, absolute: false };
export const UNIX_SECONDS: TimeUnit = { millisecondsPerUnit: 1000, absolute: true };
export const UNIX_MILLISECONDS: TimeUnit = { millisecondsPerUnit: 1, absolute: true };

/** The option words of SET and GETEX. */
export const UNIT_OF_OPTION: ReadonlyMap<string, TimeUnit> = new Map([
  ['EX', SECONDS],
  ['PX', MILLISECONDS],
  ['EXAT', UNIX_SECONDS],
  ['PXAT', UNIX_MILLISECONDS],
]);

const MAX_INT64 = 2 ** 63;

/** Deadline in log time ms, possibly past; `commandName` for the error text. */
export function parseDeadline(
  commandName: string,
  text: string,
  unit: TimeUnit,
  nowMs: number,
): number | ErrorReply {
  const amount = parsePosition(text);
  if (amount === null) return NOT_AN_INTEGER;
  const milliseconds = amount * unit.millisecondsPerUnit;
  const deadlineMs = unit.absolute ? milliseconds : nowMs + milliseconds;
  if (Math.abs(milliseconds) >= MAX_INT64 || deadlineMs >= MAX_INT64) {
    return invalidExpireTime(commandName);
  }
  return deadlineMs;
}

/** As `parseDeadline`, for commands that refuse zero and negative times. */
export function parseFutureDeadline(
  commandName: string,
  text: string,
  unit: TimeUnit,
  nowMs: number,
): number | ErrorReply {
  const amount = parsePosition(text);
  if (amount !== null && amount <= 0) return invalidExpireTime(commandName);
  return parseDeadline(commandName, text, unit, nowMs);
}
