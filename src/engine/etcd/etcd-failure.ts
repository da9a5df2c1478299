/**
 * Why etcd did not do what it was asked, and whether that is certain.
 *
 * @module
 */
import type { RefusalCode } from '../engine.js';

/**
 * - `refused`: etcd looked at the request and did not execute it.
 * - `never-sent`: there was no connection to send it over.
 * - `lease-gone`: a lease the transaction wanted to use is no more; not executed.
 * - `unknown`: it was sent, and no answer says what became of it.
 */
export type FailureKind = 'refused' | 'never-sent' | 'lease-gone' | 'unknown';

export class EtcdFailure extends Error {
  override readonly name = 'EtcdFailure';
  readonly code: FailureKind;
  readonly refusal: RefusalCode;

  constructor(code: FailureKind, message: string, refusal: RefusalCode = 'no-quorum') {
    super(message);
    this.code = code;
    this.refusal = refusal;
  }
}

/** Status codes of answers etcd gives instead of executing. All others may come from anywhere on the way. */
const REFUSING =
  /\b(3 INVALID_ARGUMENT|7 PERMISSION_DENIED|9 FAILED_PRECONDITION|11 OUT_OF_RANGE|16 UNAUTHENTICATED)\b/;
const TOO_LARGE = /request is too large|received message larger than max|too many operations/;
/** From the picker of connections: the request never left. */
const NO_CONNECTION = /No connection established/;
const NO_SPACE = /database space exceeded/;
const TOO_BUSY = /too many requests/;

export function failureOf(error: unknown): EtcdFailure {
  if (error instanceof EtcdFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  const message = plainText(text);
  if (text.includes('requested lease not found')) return new EtcdFailure('lease-gone', message);
  if (NO_CONNECTION.test(text)) return new EtcdFailure('never-sent', message);
  if (TOO_LARGE.test(text)) return new EtcdFailure('refused', message, 'too-large');
  if (NO_SPACE.test(text) || TOO_BUSY.test(text)) return new EtcdFailure('refused', message, 'overloaded');
  if (REFUSING.test(text)) return new EtcdFailure('refused', message, 'not-offered');
  return new EtcdFailure('unknown', message);
}

/** In one line, without what gRPC puts around it. */
function plainText(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return line.replace(/^(\w+: )?\d+ [A-Z_]+: /, '').replace(/\. Resolution note:.*$/, '');
}
