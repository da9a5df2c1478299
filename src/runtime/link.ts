/**
 * The faults of one directed link.
 *
 * @module
 */
import type { MessageKind } from '../node/frame.js';

export interface LinkFaults {
  /** Probability 0–1 that a message is dropped: the cell of the connection matrix. */
  readonly drop: number;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** Everything is held, and released when the clog is lifted. */
  readonly clogged: boolean;
  /** Kinds of message that never pass. */
  readonly filtered: readonly MessageKind[];
}

export const PERFECT_LINK: LinkFaults = {
  drop: 0,
  delayMs: 0,
  jitterMs: 0,
  duplicate: 0,
  reorder: 0,
  clogged: false,
  filtered: [],
};
