/**
 * Commands about the node as a whole: its clock, its memory.
 *
 * @module
 */
import { error, type Reply, replySize } from '../../kv/reply.js';
import type { Client, GatewayCommand } from './gateway-command.js';
import { dispatch } from './subcommands.js';

function time(): Reply {
  const nowMs = Date.now();
  return [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)];
}

/** What a key costs beside its bytes, roughly: map entry, object header, expiry. */
const KEY_OVERHEAD_BYTES = 96;

/** Reads that show the whole of a value of a type. */
const WHOLE_VALUE: Readonly<Record<string, (key: string) => readonly string[]>> = {
  string: key => ['get', key],
  list: key => ['lrange', key, '0', '-1'],
  hash: key => ['hgetall', key],
  set: key => ['smembers', key],
};

async function memoryUsage(client: Client, args: readonly string[]): Promise<Reply> {
  const [key = ''] = args;
  const [type] = await client.read([['type', key]]);
  const typeName = type !== null && typeof type === 'object' && 'text' in type ? type.text : type;
  const wholeValue = WHOLE_VALUE[String(typeName)];
  if (wholeValue === undefined) return null;
  const [value] = await client.read([wholeValue(key)]);
  return value === undefined || value === null ? null : KEY_OVERHEAD_BYTES + key.length + replySize(value);
}

export const SERVER_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'time',
    arity: 1,
    group: 'server',
    summary: 'Clock of this node: seconds and microseconds',
    order: 'inline',
    run: time,
  },
  {
    name: 'memory',
    arity: -2,
    group: 'server',
    summary: 'USAGE key: memory of a key, roughly',
    difference: 'USAGE alone.',
    order: 'exclusive',
    run: dispatch('memory', {
      USAGE: { arity: -3, summary: 'Memory of a key and its value in bytes, roughly', run: memoryUsage },
    }),
  },
  {
    name: 'debug',
    arity: -2,
    group: 'server',
    summary: 'Refused: see RAFT DEBUG',
    difference: 'DEBUG SLEEP and its like are refused; CHAOS pause stops a node.',
    order: 'inline',
    run: (_client, args) =>
      error(`ERR DEBUG ${(args[0] ?? '').toUpperCase()} is refused; see RAFT DEBUG and CHAOS`),
  },
];
