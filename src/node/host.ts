/**
 * Everything a driver takes from outside: clock, randomness, and where its results go. A worker thread and the
 * simulator each implement it.
 *
 * @module
 */
import type { Frame } from './frame.js';
import type { NodeMessage } from './messages.js';
import type { Outcome } from './outcome.js';
import type { Trace } from './trace.js';

export type DriverEventKind =
  | 'election'
  | 'leader'
  | 'step-down'
  | 'vote'
  | 'fault'
  | 'snapshot'
  | 'membership'
  | 'alarm';

export interface Host {
  /** The node's own clock, ms since 1970; it may be wrong or jump. Only log time is taken from it. */
  nowMs(): number;
  /** Milliseconds of a clock that never goes back; only differences count. It goes on while the node is paused. */
  monotonicMs(): number;
  /** At least 0, below 1. */
  random(): number;
  /** Takes the frame and its buffers. Called before the driver starts to write to the disk. */
  send(frame: Frame): void;
  /** Given: what was sent since the last call must leave now; before that it may wait. */
  readonly flush?: () => void;
  /** Given: messages go here one by one, as they are, and `send` is not called. For hosts in one memory (the simulator). */
  readonly sendMessage?: (message: NodeMessage) => void;
  /** Exactly one for each batch taken by `submit` or `read`, never from within those calls. */
  outcome(outcome: Outcome): void;
  /** Null: nobody listens, no event is built. */
  readonly trace: Trace | null;
  /** For the event log that people read. */
  event(kind: DriverEventKind, text: string): void;
  /** Something was finished outside a turn: `turn()` is due. May be called from within a turn too. */
  wake(): void;
  /** The node must not go on; it does nothing any more. Called once. */
  fault(error: Error): void;
  /** The node is no member any more; it does nothing any more. Called once. */
  removed(): void;
}
