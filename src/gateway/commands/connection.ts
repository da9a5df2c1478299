/**
 * Commands about one connection: greeting, authentication, liveness.
 *
 * @module
 */
import { DB_OUT_OF_RANGE, NOT_AN_INTEGER, SYNTAX_ERROR } from '../../kv/error-replies.js';
import { type ErrorReply, error, type MapReply, OK, PONG, type Reply, simple } from '../../kv/reply.js';
import { DEFAULT_USER } from '../users.js';
import { detached } from '../wire-text.js';
import type { Client, GatewayCommand, GatewayServices } from './gateway-command.js';
import { SERVER_VERSION } from './version.js';

const WRONG_PASSWORD = error('WRONGPASS invalid username-password pair or user is disabled.');
const NO_PASSWORD_SET = error(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
);
const HELLO_WITHOUT_AUTH = error(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
);
const BAD_NAME = error('ERR Client names cannot contain spaces, newlines or special characters.');

/** Null: the client may go on. */
function logIn(client: Client, user: string, password: string, gateway: GatewayServices): ErrorReply | null {
  const account = gateway.settings.users.logIn(user, password);
  if (account === null) {
    gateway.metrics.authFailures++;
    return WRONG_PASSWORD;
  }
  client.logIn(account);
  return null;
}

function auth(client: Client, args: readonly string[], gateway: GatewayServices): Reply {
  if (args.length > 2) return SYNTAX_ERROR;
  const password = args.at(-1) ?? '';
  if (args.length === 1 && gateway.settings.users.isOpen) return NO_PASSWORD_SET;
  const user = args.length === 2 ? (args[0] ?? '') : DEFAULT_USER;
  return logIn(client, user, password, gateway) ?? OK;
}

/** Printable ASCII without spaces, as Redis wants names. */
export function isGoodName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

interface HelloOptions {
  readonly user: string | null;
  readonly password: string;
  readonly name: string | null;
}

function parseHello(args: readonly string[]): HelloOptions | ErrorReply {
  let user: string | null = null;
  let password = '';
  let name: string | null = null;
  for (let at = 1; at < args.length; ) {
    const option = (args[at] ?? '').toUpperCase();
    if (option === 'AUTH' && at + 2 < args.length) {
      user = args[at + 1] ?? '';
      password = args[at + 2] ?? '';
      at += 3;
    } else if (option === 'SETNAME' && at + 1 < args.length) {
      name = args[at + 1] ?? '';
      at += 2;
    } else {
      return error(`ERR Syntax error in HELLO option '${args[at] ?? ''}'`);
    }
  }
  return { user, password, name };
}

function hello(client: Client, args: readonly string[], gateway: GatewayServices): Reply {
  const version = args[0];
  if (version !== undefined && !/^-?\d+$/.test(version)) {
    return error('ERR Protocol version is not an integer or out of range');
  }
  if (version !== undefined && version !== '2' && version !== '3') {
    return error('NOPROTO unsupported protocol version');
  }
  const options = parseHello(args);
  if ('kind' in options) return options;
  if (options.user !== null) {
    const refused = logIn(client, options.user, options.password, gateway);
    if (refused !== null) return refused;
  }
  if (!client.state.authenticated) return HELLO_WITHOUT_AUTH;
  if (options.name !== null) {
    if (!isGoodName(options.name)) return BAD_NAME;
    client.state.name = detached(options.name);
  }
  if (version !== undefined) client.protocol = version === '3' ? 3 : 2;
  return greeting(client, gateway);
}

function greeting(client: Client, gateway: GatewayServices): MapReply {
  const isLeader = gateway.engine.leader()?.node === gateway.settings.node;
  return {
    kind: 'map',
    items: [
      'server',
      'redis',
      'version',
      SERVER_VERSION,
      'proto',
      client.protocol,
      'id',
      client.state.id,
      'mode',
      'cluster',
      'role',
      isLeader ? 'master' : 'replica',
      'modules',
      [],
    ],
  };
}

function select(_client: Client, args: readonly string[]): Reply {
  const database = args[0] ?? '';
  if (!/^-?\d{1,9}$/.test(database)) return NOT_AN_INTEGER;
  return Number(database) === 0 ? OK : DB_OUT_OF_RANGE;
}

function quit(client: Client): Reply {
  client.endAfterReply();
  return OK;
}

function reset(client: Client, _args: readonly string[], gateway: GatewayServices): Reply {
  const { state } = client;
  state.transaction = null;
  state.watched = [];
  state.readOnly = false;
  state.replyMode = 'on';
  state.name = '';
  state.noEvict = false;
  state.noTouch = false;
  client.logIn(gateway.settings.users.initial);
  client.protocol = 2;
  gateway.tap.close(client);
  gateway.pubsub.leave(client);
  return simple('RESET');
}

export const CONNECTION_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'ping',
    arity: -1,
    group: 'connection',
    summary: 'Answers PONG, or the given message',
    order: 'inline',
    run: (client, args) => {
      if (args.length > 1) return error("ERR wrong number of arguments for 'ping' command");
      if (client.protocol === 2 && client.state.subscriptionCount > 0) return ['pong', args[0] ?? ''];
      return args[0] ?? PONG;
    },
  },
  {
    name: 'echo',
    arity: 2,
    group: 'connection',
    summary: 'Answers the given message',
    order: 'inline',
    run: (_client, args) => args[0] ?? '',
  },
  {
    name: 'auth',
    arity: -2,
    group: 'connection',
    summary: 'Authenticates the connection',
    difference: 'Users have one of three roles: read-only, read-write, admin.',
    withoutAuth: true,
    order: 'exclusive',
    run: auth,
  },
  {
    name: 'hello',
    arity: -1,
    group: 'connection',
    summary: 'Chooses RESP2 or RESP3 and tells about the server',
    withoutAuth: true,
    order: 'exclusive',
    run: hello,
  },
  {
    name: 'select',
    arity: 2,
    group: 'connection',
    summary: 'Chooses the database',
    difference: 'There is only database 0.',
    order: 'inline',
    run: select,
  },
  {
    name: 'quit',
    arity: -1,
    group: 'connection',
    summary: 'Closes the connection after the replies that are due',
    withoutAuth: true,
    inTransaction: true,
    order: 'exclusive',
    run: quit,
  },
  {
    name: 'reset',
    arity: 1,
    group: 'connection',
    summary: 'Brings the connection back to how it began',
    withoutAuth: true,
    inTransaction: true,
    order: 'exclusive',
    run: reset,
  },
];
