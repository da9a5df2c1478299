/**
 * One entry of the command table: what parsing, help, hints, completion and the manual need to know.
 *
 * @module
 */
import type { Action } from './action.js';
import type { ArgumentReader } from './argument-reader.js';

export const COMMAND_GROUPS = ['KV', 'matrix', 'links', 'shapes', 'nodes', 'cluster', 'session'] as const;

export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface CommandSpec {
  readonly group: CommandGroup;
  /**
   * What can follow the name, one string for each way. Lower-case words stand for themselves, upper-case
   * ones are arguments whose kinds `complete.ts` knows, `[…]` may be left out.
   */
  readonly forms: readonly string[];
  readonly summary: string;
  /** Complete lines that parse. */
  readonly examples: readonly string[];
  /** Reads what follows the name; the caller checks that nothing is left. */
  readonly parse: (reader: ArgumentReader) => Action;
}
