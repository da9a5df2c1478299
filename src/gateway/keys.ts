/**
 * Which words of a command are keys.
 *
 * @module
 */
import type { CommandArguments } from '../engine/engine.js';
import { isKeyAt } from '../kv/admission.js';
import type { Command } from '../kv/commands/command.js';

/** @param args name first */
export function keysOf(command: Command, args: CommandArguments): string[] {
  return args.filter((_, at) => isKeyAt(command, at, args.length));
}
