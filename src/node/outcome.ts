/**
 * What becomes of a batch that a front handed in. The engine seam hands it through as it is.
 *
 * `refused` is certain: no copy of the batch was or can be executed. `unknown`: it may have been, or may still be.
 *
 * @module
 */
import type { Reply } from '../kv/reply.js';

/** Chosen by the front; never used twice while in flight. */
export type BatchId = number;

export type RefusalCode =
  | 'no-leader'
  | 'no-quorum'
  | 'not-leader'
  | 'read-only'
  | 'overloaded'
  | 'too-large'
  | 'not-offered'
  | 'stopping'
  | 'loading';

export type Outcome =
  | {
      readonly kind: 'done';
      readonly id: BatchId;
      readonly replies: readonly Reply[];
      readonly index: number;
      readonly term: number;
    }
  | { readonly kind: 'refused'; readonly id: BatchId; readonly code: RefusalCode; readonly message: string }
  | { readonly kind: 'unknown'; readonly id: BatchId; readonly message: string };

/** `linearizable`: ReadIndex. `lease`: the leader's clock-bound lease. `stale`: this replica as it is. */
export type ReadConsistency = 'linearizable' | 'lease' | 'stale';

/** One command's arguments, name first; one character a byte (latin1). */
export type CommandArguments = readonly string[];

export function refused(id: BatchId, code: RefusalCode, message: string): Outcome {
  return { kind: 'refused', id, code, message };
}

export function unknown(id: BatchId, message: string): Outcome {
  return { kind: 'unknown', id, message };
}
