/**
 * Figures of a result as they are drawn on the report page.
 *
 * @module
 */

export interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly name: string;
  /** One value a round. */
  readonly values: readonly number[];
}
