/**
 * One row of the command table.
 *
 * @module
 */
import type { Context } from '../context.js';
import type { Reply } from '../reply.js';

export type CommandFamily = 'string' | 'generic' | 'list' | 'hash' | 'set' | 'server' | 'raft';

/** `write`: goes through the log. `read`: may also run on an up-to-date replica. */
export type CommandAccess = 'read' | 'write';

/** Places of the keys among the words of a command, its name being word 0; `last` counts from the end when negative. */
export interface KeyPositions {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

export interface Command {
  /** Lower case, as in Redis's error texts. */
  readonly name: string;
  /** Written to disks: never changed, never given to another command. */
  readonly opcode: number;
  /** As in Redis: number of words, the name included; negative: at least so many. */
  readonly arity: number;
  readonly access: CommandAccess;
  readonly family: CommandFamily;
  /** Null: the command has no keys. */
  readonly keys: KeyPositions | null;
  readonly summary: string;
  /** How it differs from Redis 7, in one sentence. */
  readonly difference?: string;
  /** `args` without the name; their number is right for `arity`. */
  readonly execute: (context: Context, args: readonly string[]) => Reply;
}

export const NO_KEYS = null;
export const ONE_KEY: KeyPositions = { first: 1, last: 1, step: 1 };
export const TWO_KEYS: KeyPositions = { first: 1, last: 2, step: 1 };
export const ALL_KEYS: KeyPositions = { first: 1, last: -1, step: 1 };
export const KEY_VALUE_PAIRS: KeyPositions = { first: 1, last: -1, step: 2 };

/** Whether `argumentCount` words after the name suit the command. */
export function hasRightArity(command: Command, argumentCount: number): boolean {
  const words = argumentCount + 1;
  return command.arity >= 0 ? words === command.arity : words >= -command.arity;
}
