/**
 * The keyspace as a whole.
 *
 * @module
 */
import type { Context } from '../context.js';
import { SYNTAX_ERROR } from '../error-replies.js';
import { OK, type Reply } from '../reply.js';
import { type Command, NO_KEYS } from './command.js';

function flush(context: Context, args: readonly string[]): Reply {
  const mode = (args[0] ?? 'SYNC').toUpperCase();
  if (args.length > 1 || (mode !== 'SYNC' && mode !== 'ASYNC')) return SYNTAX_ERROR;
  context.store.clear();
  return OK;
}

export const SERVER_COMMANDS: readonly Command[] = [
  {
    name: 'dbsize',
    opcode: 112,
    arity: 1,
    access: 'read',
    family: 'server',
    keys: NO_KEYS,
    summary: 'Number of keys',
    execute: context => context.store.size,
  },
  {
    name: 'flushall',
    opcode: 113,
    arity: -1,
    access: 'write',
    family: 'server',
    keys: NO_KEYS,
    summary: 'Removes all keys',
    execute: flush,
  },
  {
    name: 'flushdb',
    opcode: 114,
    arity: -1,
    access: 'write',
    family: 'server',
    keys: NO_KEYS,
    summary: 'Removes all keys',
    execute: flush,
  },
];
