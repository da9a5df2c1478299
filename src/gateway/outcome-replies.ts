/**
 * The error contract: what a client reads when its command was refused, or its outcome is not known.
 *
 * `-TIMEOUT` is the one answer for an unknown outcome. Every other error says: certainly not executed.
 *
 * @module
 */
import type { Outcome, RefusalCode } from '../engine/engine.js';
import { type ErrorReply, error } from '../kv/reply.js';

const REFUSAL_WORDS: Readonly<Record<RefusalCode, string>> = {
  'no-leader': 'CLUSTERDOWN',
  'no-quorum': 'CLUSTERDOWN',
  'not-leader': 'CLUSTERDOWN',
  stopping: 'CLUSTERDOWN',
  'read-only': 'READONLY',
  overloaded: 'OOM',
  'too-large': 'ERR',
  loading: 'LOADING',
};

export function refusal(code: RefusalCode, message: string): ErrorReply {
  return error(`${REFUSAL_WORDS[code]} ${message}`);
}

/** The one reply of every command of a batch without results. */
export function failureReply(outcome: Exclude<Outcome, { readonly kind: 'done' }>): ErrorReply {
  return outcome.kind === 'refused'
    ? refusal(outcome.code, outcome.message)
    : error(`TIMEOUT outcome unknown: ${outcome.message}`);
}
