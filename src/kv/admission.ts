/**
 * What the gateway asks before a command goes on: is it well formed, is it small enough; and how it enters a batch.
 *
 * @module
 */

import { OPCODE_ONCE } from './batch.js';
import type { Argument, BatchBuilder } from './batch-builder.js';
import { type Command, hasRightArity } from './commands/command.js';
import { commandNamed } from './commands/table.js';
import { NOT_AN_INTEGER, unknownCommand, wrongArity } from './error-replies.js';
import { parseInteger } from './integer.js';
import { DEFAULT_LIMITS, keyTooLong, type Limits, valueTooLong } from './limits.js';
import { type ErrorReply, error } from './reply.js';

const NESTED_ONCE = error('ERR RAFT.ONCE cannot be nested');
const ONCE_ARGUMENTS = 3;

/** Null: the command may be executed. `args` without its name. */
export function checkCommand(
  command: Command,
  args: readonly Argument[],
  limits: Limits = DEFAULT_LIMITS,
): ErrorReply | null {
  if (!hasRightArity(command, args.length)) return wrongArity(command.name);
  if (command.opcode === OPCODE_ONCE) return checkOnce(args, limits);
  return checkSizes(command, args, limits);
}

function checkSizes(command: Command, args: readonly Argument[], limits: Limits): ErrorReply | null {
  for (let at = 0; at < args.length; at++) {
    const bytes = args[at]?.length ?? 0;
    // Cheap for the usual short argument: only a long one is looked at more closely.
    if (bytes > limits.keyBytes && isKeyAt(command, at + 1, args.length + 1)) {
      return keyTooLong(bytes, limits);
    }
    if (bytes > limits.valueBytes) return valueTooLong(bytes, limits);
  }
  return null;
}

/** Whether word number `at` of `words` (the name being word 0) is a key. */
export function isKeyAt(command: Command, at: number, words: number): boolean {
  const { keys } = command;
  if (keys === null) return false;
  const last = keys.last < 0 ? words + keys.last : keys.last;
  return at >= keys.first && at <= last && (at - keys.first) % keys.step === 0;
}

function checkOnce(args: readonly Argument[], limits: Limits): ErrorReply | null {
  const [session, sequence] = args.slice(0, 2).map(arg => parseInteger(textOf(arg)));
  const valid = typeof session === 'number' && typeof sequence === 'number';
  if (!valid || session < 1 || sequence < 1) return NOT_AN_INTEGER;
  const name = textOf(args[2] ?? '');
  const rest = args.slice(ONCE_ARGUMENTS);
  const command = commandNamed(name);
  if (command === undefined) return unknownCommand(name, rest.map(textOf));
  if (command.opcode === OPCODE_ONCE) return NESTED_ONCE;
  return checkCommand(command, rest, limits);
}

/** Appends a command that `checkCommand` accepted; RAFT.ONCE becomes the wrapper of the command it names. */
export function appendCommand(builder: BatchBuilder, command: Command, args: readonly Argument[]): void {
  if (command.opcode !== OPCODE_ONCE) {
    builder.append(command.opcode, args);
    return;
  }
  const inner = commandNamed(textOf(args[2] ?? ''));
  if (inner === undefined) return;
  builder.once(Number(textOf(args[0] ?? '')), Number(textOf(args[1] ?? '')));
  builder.append(inner.opcode, args.slice(ONCE_ARGUMENTS));
}

function textOf(arg: Argument): string {
  if (typeof arg === 'string') return arg;
  return Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength).toString('latin1');
}
