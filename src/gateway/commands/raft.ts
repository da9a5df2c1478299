/**
 * RAFT and CHAOS: the running cluster itself. CHAOS takes a line of the one command language.
 *
 * @module
 */
import { error, isErrorReply, OK, type Reply } from '../../kv/reply.js';
import type { CommandResult } from '../../runtime/handle.js';
import { lineOf } from '../chaos-line.js';
import { fromWire, toWire } from '../wire-text.js';
import { backup } from './backup.js';
import type { Client, GatewayCommand, GatewayServices } from './gateway-command.js';
import { dispatch } from './subcommands.js';

const NO_CONTROL = error('ERR there is no cluster control behind this gateway');

async function execute(line: string, { admin }: GatewayServices): Promise<CommandResult | null> {
  return admin === null ? null : admin.execute(fromWire(line), 'gateway');
}

function replyOf(result: CommandResult | null): Reply {
  if (result === null) return NO_CONTROL;
  switch (result.kind) {
    case 'done':
      return result.text === '' ? OK : toWire(result.text);
    case 'failed':
      return error(`ERR ${toWire(result.text)}`);
    case 'invalid':
      return error(`ERR ${toWire(result.text)}`);
  }
}

async function run(line: string, gateway: GatewayServices): Promise<Reply> {
  return replyOf(await execute(line, gateway));
}

/** As `run`, but answers the data as JSON where there is some. */
async function runForData(line: string, gateway: GatewayServices): Promise<Reply> {
  const result = await execute(line, gateway);
  const reply = replyOf(result);
  if (result?.kind !== 'done' || result.data === undefined || isErrorReply(reply)) return reply;
  return toWire(JSON.stringify(result.data));
}

async function status(_client: Client, _args: readonly string[], gateway: GatewayServices): Promise<Reply> {
  const { admin, engine } = gateway;
  const data = admin === null ? engine.describe() : await admin.status();
  return toWire(JSON.stringify(data));
}

function debug(_client: Client, args: readonly string[], gateway: GatewayServices): Promise<Reply> {
  const [variable = '', node = String(gateway.settings.node)] = args;
  return runForData(`debug ${variable} ${node}`, gateway);
}

function leader(_client: Client, _args: readonly string[], { engine }: GatewayServices): Reply {
  const hint = engine.leader();
  return hint === null ? null : [hint.node, hint.host, hint.port];
}

export const RAFT_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'raft',
    arity: -2,
    group: 'raft',
    role: 'admin',
    summary: 'STATUS, LEADER, DEBUG variable [node], TRANSFER node, SNAPSHOT [node], BACKUP',
    order: 'exclusive',
    run: dispatch('raft', {
      STATUS: { arity: 2, summary: 'The whole cluster as JSON', run: status },
      LEADER: { arity: 2, summary: 'Node, host and port of the leader, or nil', run: leader },
      DEBUG: { arity: -3, summary: 'A variable of a node (default: this one) as JSON', run: debug },
      TRANSFER: {
        arity: 3,
        summary: 'Makes another node the leader',
        run: (_client, args, gateway) => run(`transfer ${args[0] ?? ''}`, gateway),
      },
      SNAPSHOT: {
        arity: -2,
        summary: 'Takes a snapshot on a node (default: this one)',
        run: (_client, args, gateway) => run(`snapshot ${args[0] ?? gateway.settings.node}`, gateway),
      },
      BACKUP: {
        arity: -3,
        summary: 'BEGIN, READ id offset, END id: a consistent copy of the store, in chunks',
        run: backup,
      },
    }),
  },
  {
    name: 'chaos',
    arity: -2,
    group: 'raft',
    role: 'admin',
    summary: 'A line of the command language: CHAOS kill leader, CHAOS partition 0,1 | 2,3,4',
    order: 'exclusive',
    run: (_client, args, gateway) => run(lineOf(args), gateway),
  },
];
