/**
 * What an operator can ask of one node.
 *
 * @module
 */
import type { NodeIndex } from './peer-id.js';

export type ControlRequest =
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'transfer'; readonly to: NodeIndex }
  /** The node takes part as a learner, and as a voter once it has caught up. `done`: it is a learner. */
  | { readonly kind: 'add'; readonly node: NodeIndex; readonly incarnation: number }
  | { readonly kind: 'remove'; readonly node: NodeIndex }
  | { readonly kind: 'campaign' };

export type ControlFailure =
  /** Ask the leader; nothing was done. */
  | 'not-leader'
  | 'bad-node'
  /** Not possible now; nothing was done. */
  | 'refused'
  /** It may have been done or may still be. */
  | 'timeout'
  | 'stopping';

export type ControlResult =
  | { readonly ok: true; readonly index: number }
  | { readonly ok: false; readonly code: ControlFailure; readonly message: string };

/** Called exactly once, from within a turn. */
export type ControlDone = (result: ControlResult) => void;

export function controlFailed(code: ControlFailure, message: string): ControlResult {
  return { ok: false, code, message };
}
