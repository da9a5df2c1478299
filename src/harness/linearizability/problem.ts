/**
 * What the search works on: the operations of one partition, numbered by call, and how each moves the state.
 *
 * States and values are numbers (interned by the model), so that the search compares and stores integers only.
 *
 * @module
 */

/** `step` answers this when the operation could not have returned what it did in that state. */
export const ILLEGAL = -1;

/** `needs`/`produces` of an operation that names no single value. */
export const ANY = -1;

export interface Problem {
  readonly size: number;
  readonly initialState: number;
  /** Ranks on one clock, each used once: all calls and returns of the partition in the order they happened. */
  readonly callRank: Int32Array;
  /** `NEVER` for an operation that need not take effect. */
  readonly returnRank: Int32Array;
  /** 1 where the operation changes no state whatever it meets. */
  readonly pure: Uint8Array;
  /** Operations with equal signature do the same; 0: unlike any other. */
  readonly signature: Int32Array;
  /** The one state the operation must meet, or `ANY`. */
  readonly needs: Int32Array;
  /** The one state the operation leaves, or `ANY`. Pure operations produce nothing: `ANY` as well. */
  readonly produces: Int32Array;
  /** How many states `needs` and `produces` name; they are below this. */
  readonly valueCount: number;
  /** The state after operation `index` in `state`, or `ILLEGAL`. */
  step(state: number, index: number): number;
}

/** Return rank of an operation with unknown outcome: after everything. */
export const NEVER = 0x7fffffff;
