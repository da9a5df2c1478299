/**
 * Something that must never happen did.
 *
 * @module
 */
export type ViolationKind =
  | 'election-safety'
  | 'election-not-durable'
  | 'leader-append-only'
  | 'leader-completeness'
  | 'log-matching'
  | 'state-machine-safety'
  | 'commit-not-durable'
  | 'commit-went-back'
  | 'committed-entry-truncated'
  | 'vote-changed'
  | 'term-went-back'
  | 'acknowledged-entry-lost'
  | 'applied-twice'
  | 'applied-out-of-order'
  | 'state-differs'
  | 'not-linearizable'
  | 'token-twice'
  | 'wrong-session-reply'
  | 'no-progress'
  | 'not-converged'
  | 'crashed'
  /** The simulation itself did not come to an end. */
  | 'endless'
  | 'alarm';

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly kind: ViolationKind;
  readonly atMs: number;
  constructor(kind: ViolationKind, atMs: number, message: string) {
    super(message);
    this.kind = kind;
    this.atMs = atMs;
  }
}
