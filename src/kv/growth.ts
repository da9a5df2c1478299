/**
 * Which commands may run when the store holds as much as it may: reads, and writes that cannot add to it.
 *
 * @module
 */
import { OPCODE_ONCE } from './batch.js';
import type { Command } from './commands/command.js';
import { commandNamed } from './commands/table.js';

/** As in Redis, whoever is not listed counts as adding: also a SET of a shorter value. */
const NEVER_ADDING: ReadonlySet<string> = new Set([
  'del',
  'unlink',
  'getdel',
  'getex',
  'expire',
  'pexpire',
  'expireat',
  'pexpireat',
  'persist',
  'rename',
  'renamenx',
  'hdel',
  'lpop',
  'rpop',
  'srem',
  'flushall',
  'flushdb',
]);

/** `args` without the name. */
export function mayGrow(command: Command, args: readonly string[]): boolean {
  if (command.access === 'read') return false;
  if (command.opcode !== OPCODE_ONCE) return !NEVER_ADDING.has(command.name);
  const inner = commandNamed(args[2] ?? '');
  return inner !== undefined && inner.opcode !== OPCODE_ONCE && mayGrow(inner, args.slice(3));
}
