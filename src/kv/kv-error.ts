/** @module Faults of callers or of data; what a client did wrong is an error reply instead (`error-replies.ts`). */

export type KvErrorCode =
  | 'write-in-read'
  | 'batch-misuse'
  | 'batch-format'
  | 'index-not-next'
  | 'snapshot-in-progress'
  | 'snapshot-abandoned'
  | 'snapshot-corrupt'
  | 'snapshot-format';

/** Thrown when the state machine is used against its contract, or bytes it is given are damaged. */
export class KvError extends Error {
  readonly code: KvErrorCode;

  constructor(code: KvErrorCode, message: string) {
    super(message);
    this.name = 'KvError';
    this.code = code;
  }
}
