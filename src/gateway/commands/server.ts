/**
 * Commands about the node as a whole.
 *
 * @module
 */
import { error, type Reply } from '../../kv/reply.js';
import type { GatewayCommand } from './gateway-command.js';

function time(): Reply {
  const nowMs = Date.now();
  return [String(Math.floor(nowMs / 1000)), String((nowMs % 1000) * 1000)];
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
