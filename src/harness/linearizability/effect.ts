/**
 * What one operation does to the value under its key, in the terms of the search.
 *
 * @module
 */

/** One operation as the search sees it. */
export interface Effect {
  readonly pure: boolean;
  readonly needs: number;
  readonly produces: number;
  /** Text that is equal for operations which do the same; used for unknown outcomes only. */
  readonly signature: string;
  /** Next state or `ILLEGAL`. */
  step(state: number): number;
}

/** Thrown for an operation that no model here knows or whose value or output has the wrong form. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code = 'bad-operation';
}
