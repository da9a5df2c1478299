/**
 * The options of SET and GETEX.
 *
 * @module
 */
import { SYNTAX_ERROR } from '../error-replies.js';
import type { ErrorReply } from '../reply.js';
import { parseFutureDeadline, UNIT_OF_OPTION } from './deadline.js';

export interface SetOptions {
  condition: 'NX' | 'XX' | 'IFEQ' | null;
  /** With IFEQ: the value the key must have. */
  comparand: string;
  get: boolean;
  keepDeadline: boolean;
  persist: boolean;
  /** The word and its operand; null: none was given. */
  expiry: { readonly word: string; readonly time: string } | null;
}

/** Parses `args` from position `first` on. */
export function parseSetOptions(
  command: 'set' | 'getex',
  args: readonly string[],
  first: number,
): SetOptions | ErrorReply {
  const options: SetOptions = {
    condition: null,
    comparand: '',
    get: false,
    keepDeadline: false,
    persist: false,
    expiry: null,
  };
  for (let at = first; at < args.length; at++) {
    const word = (args[at] ?? '').toUpperCase();
    const operand = args[at + 1];
    if (UNIT_OF_OPTION.has(word) && operand !== undefined && takesExpiry(options, word)) {
      options.expiry = { word, time: operand };
      at++;
    } else if (word === 'IFEQ' && command === 'set' && operand !== undefined && options.condition === null) {
      options.condition = word;
      options.comparand = operand;
      at++;
    } else if (!takeFlag(command, options, word)) return SYNTAX_ERROR;
  }
  return options;
}

/** The same word may come again: the last one counts, as in Redis. */
function takesExpiry({ expiry, keepDeadline, persist }: SetOptions, word: string): boolean {
  return !keepDeadline && !persist && (expiry === null || expiry.word === word);
}

/** Log time in ms; null: none was given. */
export function deadlineOf(
  command: 'set' | 'getex',
  { expiry }: SetOptions,
  nowMs: number,
): number | null | ErrorReply {
  const unit = expiry === null ? undefined : UNIT_OF_OPTION.get(expiry.word);
  if (expiry === null || unit === undefined) return null;
  return parseFutureDeadline(command, expiry.time, unit, nowMs);
}

/** False: not an option of this command, or not beside the ones before it. */
function takeFlag(command: 'set' | 'getex', options: SetOptions, word: string): boolean {
  const expiryGiven = options.expiry !== null;
  if (command === 'getex') {
    if (word !== 'PERSIST' || expiryGiven) return false;
    options.persist = true;
    return true;
  }
  switch (word) {
    case 'NX':
    case 'XX':
      if (options.condition !== null && options.condition !== word) return false;
      options.condition = word;
      return true;
    case 'GET':
      options.get = true;
      return true;
    case 'KEEPTTL':
      if (expiryGiven) return false;
      options.keepDeadline = true;
      return true;
    default:
      return false;
  }
}
