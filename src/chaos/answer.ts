/**
 * What a command that worked answers.
 *
 * @module
 */

export interface Answer {
  readonly text: string;
  /** The same for programs, as JSON-able data; left out when the text says it all. */
  readonly data?: unknown;
}
