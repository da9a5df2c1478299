/**
 * COMMAND: the table of commands, as clients ask for it.
 *
 * @module
 */
import { hasRightArity } from '../../kv/commands/command.js';
import { error, type Reply, simple } from '../../kv/reply.js';
import { keysOf } from '../keys.js';
import { toWire } from '../wire-text.js';
import type { Client, CommandEntry, GatewayCommand, GatewayServices } from './gateway-command.js';
import { dispatch } from './subcommands.js';

function flagsOf({ kind, command }: CommandEntry): readonly string[] {
  if (kind === 'once') return ['write'];
  if (kind === 'exec') return ['noscript', 'loading', 'stale'];
  if (kind === 'store') return [command.access === 'write' ? 'write' : 'readonly'];
  return command.withoutAuth === true ? ['loading', 'stale', 'no_auth'] : ['loading', 'stale'];
}

/** The ten fields of COMMAND INFO. */
function describe(entry: CommandEntry): Reply {
  const { command } = entry;
  const keys = entry.kind === 'store' ? entry.command.keys : null;
  const access =
    entry.kind === 'store' ? (entry.command.access === 'write' ? '@write' : '@read') : '@connection';
  return [
    command.name,
    command.arity,
    { kind: 'set', items: flagsOf(entry).map(simple) },
    keys?.first ?? 0,
    keys?.last ?? 0,
    keys?.step ?? 0,
    { kind: 'set', items: [simple(access)] },
    [],
    [],
    [],
  ];
}

function documentation({ kind, command }: CommandEntry): Reply {
  const group = kind === 'store' || kind === 'once' ? command.family : command.group;
  const items: Reply[] = ['summary', toWire(command.summary), 'since', '1.0.0', 'group', group];
  if (command.difference !== undefined) items.push('difference', toWire(command.difference));
  return { kind: 'map', items };
}

function docs(_client: Client, args: readonly string[], { table }: GatewayServices): Reply {
  const wanted = args.length === 0 ? table.all : args.flatMap(name => table.find(name) ?? []);
  return { kind: 'map', items: wanted.flatMap(entry => [entry.command.name, documentation(entry)]) };
}

function info(_client: Client, args: readonly string[], { table }: GatewayServices): Reply {
  if (args.length === 0) return table.all.map(describe);
  return args.map(name => {
    const entry = table.find(name);
    return entry === undefined ? null : describe(entry);
  });
}

function getKeys(_client: Client, args: readonly string[], { table }: GatewayServices): Reply {
  const entry = table.find(args[0] ?? '');
  if (entry === undefined) return error('ERR Invalid command specified');
  if (entry.kind !== 'store' || entry.command.keys === null) {
    return error('ERR The command has no key arguments');
  }
  if (!hasRightArity(entry.command, args.length - 1)) {
    return error('ERR Invalid number of arguments specified for command');
  }
  return keysOf(entry.command, args);
}

const subcommands = dispatch('command', {
  COUNT: {
    arity: 2,
    summary: 'How many commands there are',
    run: (_client, _args, { table }) => table.all.length,
  },
  DOCS: { arity: -2, summary: 'Documentation of some or all commands', run: docs },
  INFO: { arity: -2, summary: 'Arity, flags and key positions of some or all commands', run: info },
  LIST: {
    arity: -2,
    summary: 'Names of all commands',
    run: (_client, _args, { table }) => table.all.map(({ command }) => command.name),
  },
  GETKEYS: { arity: -3, summary: 'The keys of a whole command', run: getKeys },
});

export const COMMAND_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'command',
    arity: -1,
    group: 'server',
    summary: 'The command table: COUNT, DOCS, INFO, LIST, GETKEYS',
    order: 'exclusive',
    run: (client, args, gateway) =>
      args.length === 0 ? info(client, [], gateway) : subcommands(client, args, gateway),
  },
];
