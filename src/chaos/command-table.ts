/**
 * All commands of the language by name: the one place parsing, help, completion and the manual read.
 *
 * @module
 */
import type { CommandSpec } from './command-spec.js';
import { KV_COMMANDS } from './kv-commands.js';
import { LINK_COMMANDS, MATRIX_COMMANDS } from './link-commands.js';
import { CLUSTER_COMMANDS, NODE_COMMANDS } from './node-commands.js';
import { SESSION_COMMANDS } from './session-commands.js';
import { SHAPE_COMMANDS } from './shape-commands.js';
import { WORKLOAD_COMMANDS } from './workload-command.js';

export const COMMANDS = {
  ...KV_COMMANDS,
  ...MATRIX_COMMANDS,
  ...LINK_COMMANDS,
  ...SHAPE_COMMANDS,
  ...NODE_COMMANDS,
  ...CLUSTER_COMMANDS,
  ...WORKLOAD_COMMANDS,
  ...SESSION_COMMANDS,
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

export const isCommandName = (word: string): word is CommandName => Object.hasOwn(COMMANDS, word);

/** `edit FROM TO P`: every way to write a command. */
export const usageOf = (name: CommandName): readonly string[] =>
  COMMANDS[name].forms.map(form => `${name} ${form}`.trimEnd());
