/**
 * CLIENT: who is connected, and how a connection is named, silenced or ended.
 *
 * @module
 */
import { SYNTAX_ERROR } from '../../kv/error-replies.js';
import { error, OK, type Reply } from '../../kv/reply.js';
import { detached } from '../wire-text.js';
import { isGoodName } from './connection.js';
import {
  type Client,
  type CommandResultReply,
  type GatewayCommand,
  type GatewayServices,
  NO_REPLY,
} from './gateway-command.js';
import { dispatch } from './subcommands.js';

const BAD_NAME = error('ERR Client names cannot contain spaces, newlines or special characters.');
const BAD_ID = error('ERR client-id should be greater than 0');
const NO_SUCH_CLIENT = error('ERR No such client');

/** One line of CLIENT LIST, in Redis's `field=value` form. */
function describe(client: Client): string {
  const { state } = client;
  const nowMs = Date.now();
  const fields: readonly (readonly [string, string | number])[] = [
    ['id', state.id],
    ['addr', state.address],
    ['laddr', state.localAddress],
    ['fd', -1],
    ['name', state.name],
    ['age', Math.floor((nowMs - state.connectedAtMs) / 1000)],
    ['idle', Math.floor((nowMs - state.lastCommandAtMs) / 1000)],
    ['flags', `${state.transaction !== null ? 'x' : ''}${state.readOnly ? 'r' : ''}` || 'N'],
    ['db', 0],
    ['sub', state.channels.size],
    ['psub', state.patterns.size],
    ['ssub', 0],
    ['multi', state.transaction?.length ?? -1],
    ['watch', state.watched.length],
    ['qbuf', client.inputBytes],
    ['omem', client.outputBytes],
    ['events', 'r'],
    ['cmd', state.lastCommand],
    ['user', state.user?.name ?? 'default'],
    ['redir', -1],
    ['resp', client.protocol],
    ['lib-name', state.libraryName],
    ['lib-ver', state.libraryVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

function list(_client: Client, args: readonly string[], gateway: GatewayServices): Reply {
  let wanted: readonly Client[] = [...gateway.clients.values()];
  if (args.length > 0) {
    const [option = '', ...rest] = args;
    if (option.toUpperCase() === 'ID' && rest.length > 0) {
      const ids = new Set(rest.map(Number));
      wanted = wanted.filter(({ state }) => ids.has(state.id));
    } else if (option.toUpperCase() === 'TYPE' && rest.length === 1) {
      if ((rest[0] ?? '').toLowerCase() !== 'normal') wanted = [];
    } else {
      return SYNTAX_ERROR;
    }
  }
  return wanted.map(client => `${describe(client)}\n`).join('');
}

function setName(client: Client, args: readonly string[]): Reply {
  const name = args[0] ?? '';
  if (!isGoodName(name)) return BAD_NAME;
  client.state.name = detached(name);
  return OK;
}

function setInfo(client: Client, args: readonly string[]): Reply {
  const [attribute = '', value = ''] = args;
  const isName = attribute.toLowerCase() === 'lib-name';
  if (!isName && attribute.toLowerCase() !== 'lib-ver') {
    return error(`ERR Unrecognized option '${attribute}'`);
  }
  if (!isGoodName(value)) {
    return error(`ERR ${attribute.toLowerCase()} cannot contain spaces, newlines or special characters.`);
  }
  if (isName) client.state.libraryName = detached(value);
  else client.state.libraryVersion = detached(value);
  return OK;
}

function reply(client: Client, args: readonly string[]): CommandResultReply {
  switch ((args[0] ?? '').toUpperCase()) {
    case 'ON':
      client.state.replyMode = 'on';
      return OK;
    case 'OFF':
      client.state.replyMode = 'off';
      return NO_REPLY;
    case 'SKIP':
      if (client.state.replyMode === 'on') client.state.replyMode = 'skip';
      return NO_REPLY;
    default:
      return SYNTAX_ERROR;
  }
}

const onOff =
  (set: (client: Client, on: boolean) => void) =>
  (client: Client, args: readonly string[]): Reply => {
    const value = (args[0] ?? '').toUpperCase();
    if (value !== 'ON' && value !== 'OFF') return SYNTAX_ERROR;
    set(client, value === 'ON');
    return OK;
  };

type Selects = (other: Client) => boolean;

/** The filters of the new form of CLIENT KILL; null: a syntax error. */
function killFilters(client: Client, args: readonly string[]): readonly Selects[] | null {
  const filters: Selects[] = [];
  let spareMe = true;
  for (let at = 0; at + 1 < args.length; at += 2) {
    const value = args[at + 1] ?? '';
    switch ((args[at] ?? '').toUpperCase()) {
      case 'ID':
        filters.push(other => other.state.id === Number(value));
        break;
      case 'ADDR':
        filters.push(other => other.state.address === value);
        break;
      case 'LADDR':
        filters.push(other => other.state.localAddress === value);
        break;
      case 'TYPE':
        filters.push(() => value.toLowerCase() === 'normal');
        break;
      case 'USER':
        filters.push(other => other.state.user?.name === value);
        break;
      case 'SKIPME':
        spareMe = value.toLowerCase() !== 'no';
        break;
      default:
        return null;
    }
  }
  if (args.length % 2 === 1 || filters.length === 0) return null;
  if (spareMe) filters.push(other => other !== client);
  return filters;
}

function end(victim: Client, self: Client): void {
  if (victim === self) victim.endAfterReply();
  else victim.destroy();
}

function kill(client: Client, args: readonly string[], gateway: GatewayServices): Reply {
  const all = [...gateway.clients.values()];
  if (args.length === 1) {
    const victim = all.find(other => other.state.address === args[0]);
    if (victim === undefined) return NO_SUCH_CLIENT;
    end(victim, client);
    return OK;
  }
  const idAt = args.findIndex(word => word.toUpperCase() === 'ID');
  if (idAt >= 0 && !/^\d+$/.test(args[idAt + 1] ?? '')) return BAD_ID;
  const filters = killFilters(client, args);
  if (filters === null) return SYNTAX_ERROR;
  const victims = all.filter(other => filters.every(selects => selects(other)));
  for (const victim of victims) end(victim, client);
  return victims.length;
}

export const CLIENT_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'client',
    arity: -2,
    group: 'connection',
    summary: 'ID, INFO, LIST, GETNAME, SETNAME, SETINFO, KILL, REPLY, NO-EVICT, NO-TOUCH',
    difference: 'No client-side caching (TRACKING, CACHING), no PAUSE and no UNBLOCK.',
    order: 'exclusive',
    run: dispatch('client', {
      ID: { arity: 2, summary: 'Number of this connection', run: client => client.state.id },
      INFO: { arity: 2, summary: 'This connection', run: client => `${describe(client)}\n` },
      LIST: { arity: -2, role: 'admin', summary: 'All connections of this node', run: list },
      GETNAME: { arity: 2, summary: 'Name of this connection', run: client => client.state.name || null },
      SETNAME: { arity: 3, summary: 'Names this connection', run: setName },
      SETINFO: { arity: 4, summary: 'Tells name and version of the client library', run: setInfo },
      GETREDIR: { arity: 2, summary: 'Always -1: there is no tracking', run: () => -1 },
      KILL: {
        arity: -3,
        role: 'admin',
        summary: 'Ends connections by ID, ADDR, LADDR, TYPE, USER',
        run: kill,
      },
      REPLY: { arity: 3, summary: 'ON, OFF or SKIP: which commands are answered', run: reply },
      'NO-EVICT': {
        arity: 3,
        summary: 'Accepted; nothing is evicted here',
        run: onOff((client, on) => {
          client.state.noEvict = on;
        }),
      },
      'NO-TOUCH': {
        arity: 3,
        summary: 'Accepted; there is no access time here',
        run: onOff((client, on) => {
          client.state.noTouch = on;
        }),
      },
    }),
  },
];
