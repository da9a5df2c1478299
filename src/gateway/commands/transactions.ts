/**
 * MULTI, DISCARD, WATCH, UNWATCH. EXEC itself is a record in the log, made where pipelines are taken apart.
 *
 * @module
 */
import { error, isErrorReply, OK, type Reply } from '../../kv/reply.js';
import { Transaction } from '../transaction.js';
import { detached } from '../wire-text.js';
import type { Client, CommandDescription, GatewayCommand } from './gateway-command.js';

export const EXEC: CommandDescription = {
  name: 'exec',
  arity: 1,
  group: 'transactions',
  summary: 'Executes the queued commands as one log entry, unless a watched key has changed',
};

/** Keys one connection may watch. */
const MAX_WATCHED = 10_000;

function multi({ state }: Client): Reply {
  if (state.transaction !== null) return error('ERR MULTI calls can not be nested');
  state.transaction = new Transaction();
  return OK;
}

function discard({ state }: Client): Reply {
  if (state.transaction === null) return error('ERR DISCARD without MULTI');
  state.transaction = null;
  state.watched = [];
  return OK;
}

async function watch(client: Client, args: readonly string[]): Promise<Reply> {
  const { state } = client;
  if (state.watched.length + args.length > MAX_WATCHED) {
    return error(`ERR more than ${MAX_WATCHED} watched keys`);
  }
  const keys = args.map(detached);
  const [versions] = await client.read([['raft.version', ...keys]]);
  if (versions === undefined || versions === null || typeof versions !== 'object') {
    return error('ERR no versions were answered');
  }
  if (isErrorReply(versions)) return versions;
  if ('kind' in versions) return error('ERR no versions were answered');
  const watched = keys.map((key, at) => ({ key, version: Number(versions[at]) }));
  state.watched = [...state.watched, ...watched];
  return OK;
}

export const TRANSACTION_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'multi',
    arity: 1,
    group: 'transactions',
    summary: 'Begins a transaction: commands are queued until EXEC',
    difference: 'Only commands about keys may be queued.',
    inTransaction: true,
    order: 'inline',
    run: multi,
  },
  {
    name: 'discard',
    arity: 1,
    group: 'transactions',
    summary: 'Forgets the queued commands and the watched keys',
    inTransaction: true,
    order: 'inline',
    run: discard,
  },
  {
    name: 'watch',
    arity: -2,
    group: 'transactions',
    summary: 'Makes the next EXEC depend on these keys not changing, across all nodes and leader changes',
    difference: 'A key that was missing, was created and removed again counts as unchanged.',
    order: 'exclusive',
    run: watch,
  },
  {
    name: 'unwatch',
    arity: 1,
    group: 'transactions',
    summary: 'Forgets the watched keys',
    order: 'exclusive',
    run: ({ state }) => {
      state.watched = [];
      return OK;
    },
  },
];
