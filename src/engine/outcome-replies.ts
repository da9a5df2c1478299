/**
 * The error contract: what a client reads when its command was refused, or its outcome is not known.
 *
 * `-TIMEOUT` is the one answer for an unknown outcome. Every other error says: certainly not executed.
 *
 * @module
 */

import { type ErrorReply, error } from '../kv/reply.js';
import type { Outcome, RefusalCode } from './engine.js';

const REFUSAL_WORDS: Readonly<Record<RefusalCode, string>> = {
  'no-leader': 'CLUSTERDOWN',
  'no-quorum': 'CLUSTERDOWN',
  'not-leader': 'CLUSTERDOWN',
  stopping: 'CLUSTERDOWN',
  'read-only': 'READONLY',
  overloaded: 'OOM',
  'too-large': 'ERR',
  'not-offered': 'ERR',
  loading: 'LOADING',
};

export function refusal(code: RefusalCode, message: string): ErrorReply {
  return error(`${REFUSAL_WORDS[code]} ${message}`);
}

/** What became of a batch without results, whichever it was. */
export type Failure =
  | Omit<Extract<Outcome, { readonly kind: 'refused' }>, 'id'>
  | Omit<Extract<Outcome, { readonly kind: 'unknown' }>, 'id'>;

/** The one reply of every command of a batch without results. */
export function failureReply(outcome: Failure): ErrorReply {
  return outcome.kind === 'refused'
    ? refusal(outcome.code, outcome.message)
    : error(`TIMEOUT outcome unknown: ${outcome.message}`);
}
