/**
 * Commands Redis does not have: exactly-once sessions, and versions of keys for WATCH.
 *
 * @module
 */
import { OPCODE_ONCE } from '../batch.js';
import type { Context } from '../context.js';
import { NOT_AN_INTEGER } from '../error-replies.js';
import { parsePosition } from '../integer.js';
import { error, OK, type Reply, simple } from '../reply.js';
import { ALL_KEYS, type Command, NO_KEYS } from './command.js';

export const NO_SESSION = error(
  'NOSESSION no such session: this command was not executed; if it is a retry, its earlier outcome is unknown',
);
export const RESULT_FORGOTTEN = error(
  'NOSESSION the result of this sequence is no longer kept: not executed now; its earlier outcome is unknown',
);

function session(context: Context, args: readonly string[]): Reply {
  if (args.length === 0) return context.sessions.open(context.nowMs);
  const [verb = '', idText = ''] = args;
  if (args.length !== 2 || verb.toUpperCase() !== 'CLOSE') {
    return error('ERR syntax error, expected RAFT.SESSION [CLOSE session]');
  }
  const id = parsePosition(idText);
  if (id === null) return NOT_AN_INTEGER;
  return context.sessions.close(id) ? OK : NO_SESSION;
}

function version(context: Context, args: readonly string[]): Reply {
  return args.map(key => context.store.get(key)?.version ?? 0);
}

export const RAFT_COMMANDS: readonly Command[] = [
  {
    name: 'raft.session',
    opcode: 1000,
    arity: -1,
    access: 'write',
    family: 'raft',
    keys: NO_KEYS,
    summary: 'Opens an exactly-once session and returns its number; CLOSE ends one',
    execute: session,
  },
  {
    name: 'raft.once',
    opcode: OPCODE_ONCE,
    arity: -4,
    access: 'write',
    family: 'raft',
    keys: NO_KEYS,
    summary: 'RAFT.ONCE session sequence command …: runs at most once; a retry gets the first result',
    // The batch encodes it as a wrapper (`batch.ts`), which the state machine unwraps itself.
    execute: () => simple('not reached'),
  },
  {
    name: 'raft.version',
    opcode: 1001,
    arity: -2,
    access: 'read',
    family: 'raft',
    keys: ALL_KEYS,
    summary: 'Versions of keys, 0 for a missing one: what WATCH remembers',
    execute: version,
  },
];
