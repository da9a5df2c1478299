/**
 * SLOWLOG and MONITOR: what an operator looks at when clients complain.
 *
 * @module
 */
import { error, OK, type Reply } from '../../kv/reply.js';
import type { SlowCommand } from '../slow-log.js';
import type { Client, GatewayCommand, GatewayServices } from './gateway-command.js';
import { dispatch } from './subcommands.js';

const ANOTHER_MONITOR = error('ERR another client is monitoring this node');
const BAD_COUNT = error('ERR count should be greater than or equal to -1');
const DEFAULT_COUNT = 10;

const replyOf = ({ id, atSeconds, elapsedMicros, words, address, clientName }: SlowCommand): Reply => [
  id,
  atSeconds,
  elapsedMicros,
  [...words],
  address,
  clientName,
];

function get(_client: Client, args: readonly string[], { slowLog }: GatewayServices): Reply {
  const [count = String(DEFAULT_COUNT)] = args;
  if (!/^(-1|\d{1,9})$/.test(count)) return BAD_COUNT;
  return slowLog.newest(count === '-1' ? slowLog.length : Number(count)).map(replyOf);
}

function monitor(client: Client, _args: readonly string[], { tap }: GatewayServices): Reply {
  return tap.open(client) ? OK : ANOTHER_MONITOR;
}

export const WATCHING_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'slowlog',
    arity: -2,
    group: 'server',
    role: 'admin',
    summary: 'GET [count], LEN, RESET: commands that took longer than slowlog-log-slower-than',
    difference:
      'The time is from arrival to outcome, replication and waiting included; the first command of a pipeline ' +
      'stands for those that were executed with it. Default threshold 100 ms.',
    order: 'exclusive',
    run: dispatch('slowlog', {
      GET: { arity: -2, summary: 'The newest slow commands; -1: all', run: get },
      LEN: { arity: 2, summary: 'How many there are', run: (_client, _args, { slowLog }) => slowLog.length },
      RESET: {
        arity: 2,
        summary: 'Forgets them',
        run: (_client, _args, { slowLog }) => {
          slowLog.clear();
          return OK;
        },
      },
    }),
  },
  {
    name: 'monitor',
    arity: 1,
    group: 'server',
    role: 'admin',
    summary: 'Shows what other clients send to this node, until RESET or QUIT',
    difference:
      'One client at a time. AUTH and HELLO are not shown, long words are cut, and a watcher that does not keep up ' +
      'misses commands and is told how many.',
    order: 'exclusive',
    run: monitor,
  },
];
