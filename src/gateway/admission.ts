/**
 * Decides for each parsed command what becomes of it: part of the segment, an answer at once, or something that must
 * wait its turn.
 *
 * @module
 */
import type { CommandArguments } from '../engine/engine.js';
import { appendCommand, checkCommand } from '../kv/admission.js';
import { type Command, hasRightArity } from '../kv/commands/command.js';
import { DATA_FULL, unknownCommand, wrongArity } from '../kv/error-replies.js';
import { mayGrow } from '../kv/growth.js';
import { EMPTY_ARRAY, type ErrorReply, error, QUEUED } from '../kv/reply.js';
import type { Client, CommandEntry, GatewayCommand, GatewayServices } from './commands/gateway-command.js';
import { keySlot } from './key-slot.js';
import { keysOf } from './keys.js';
import { permissionRefusal } from './permission.js';
import type { Segment } from './segment.js';
import type { Role } from './users.js';
import { detached } from './wire-text.js';

/** A command of the gateway that begins when all before it is answered. */
export interface ExclusiveCommand {
  readonly command: GatewayCommand;
  readonly args: CommandArguments;
}

const NOT_AUTHENTICATED = error('NOAUTH Authentication required.');
const EXEC_WITHOUT_MULTI = error('ERR EXEC without MULTI');
const EXEC_ABORTED = error('EXECABORT Transaction discarded because of previous errors.');
const WATCH_INSIDE_MULTI = error('ERR WATCH inside MULTI is not allowed');
const NO_LEADER = error('CLUSTERDOWN no leader is known');

/** What a transaction may hold. */
const MAX_TRANSACTION_COMMANDS = 65_536;
/** What a record costs beside its words, roughly. */
const COMMAND_OVERHEAD_BYTES = 16;

/**
 * Puts a command into the segment, or answers it there.
 *
 * @param args name first
 * @returns the command itself when it is exclusive
 */
export function admit(
  client: Client,
  segment: Segment,
  args: CommandArguments,
  gateway: GatewayServices,
): ExclusiveCommand | null {
  const entry = gateway.table.find(args[0] ?? '');
  if (client.state.subscriptionCount > 0 && client.protocol === 2 && !mayListen(entry)) {
    segment.addLocal(onlyListening(entry, args));
    return null;
  }
  if (entry?.kind === 'store' && client.state.authenticated) {
    admitStoreCommand(client, segment, entry.command, args, gateway);
    return null;
  }
  if (entry === undefined && isHttp(args[0] ?? '')) {
    client.endAfterReply();
    return null;
  }
  const refused = refusalOf(client, entry, args);
  if (refused !== null || entry === undefined) {
    refuse(client, segment, refused ?? unknownCommand(args[0] ?? '', args.slice(1)));
    return null;
  }
  switch (entry.kind) {
    case 'store':
      return null;
    case 'exec':
      admitExec(client, segment, args);
      return null;
    case 'once':
      admitOnce(client, segment, entry.command, args, gateway);
      return null;
    case 'gateway':
      return admitGatewayCommand(client, segment, entry.command, args);
  }
}

/** In RESP2 a connection with subscriptions takes no other commands: a reply could be taken for a message. */
const WHILE_LISTENING: ReadonlySet<string> = new Set(
  'subscribe psubscribe unsubscribe punsubscribe ping quit reset'.split(' '),
);

const mayListen = (entry: CommandEntry | undefined): boolean =>
  entry !== undefined && WHILE_LISTENING.has(entry.command.name);

const onlyListening = (entry: CommandEntry | undefined, args: CommandArguments): ErrorReply =>
  error(
    `ERR Can't execute '${entry?.command.name ?? (args[0] ?? '').toLowerCase().slice(0, 128)}': only ` +
      '(P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context',
  );

/** A browser that was made to send commands inside a request: nothing after this may be executed. */
function isHttp(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'post' || lower === 'host:';
}

/** What holds for commands of every kind. */
function refusalOf(
  client: Client,
  entry: CommandEntry | undefined,
  args: CommandArguments,
): ErrorReply | null {
  const mayEnter =
    client.state.authenticated || (entry?.kind === 'gateway' && entry.command.withoutAuth === true);
  if (!mayEnter) return NOT_AUTHENTICATED;
  if (entry === undefined) return unknownCommand(args[0] ?? '', args.slice(1));
  const { arity, name } = entry.command;
  const isRightArity = arity >= 0 ? args.length === arity : args.length >= -arity;
  if (!isRightArity) return wrongArity(name);
  const isForAll = entry.kind === 'gateway' && entry.command.withoutAuth === true;
  return isForAll ? null : permissionRefusal(client.state, roleFor(entry), name);
}

/** What is executed from a transaction was permitted when it was queued. */
function roleFor(entry: CommandEntry): Role {
  if (entry.kind === 'gateway') return entry.command.role ?? 'read-only';
  return entry.kind === 'once' ? 'read-write' : 'read-only';
}

/** A refused command makes EXEC abort. */
function refuse({ state }: Client, segment: Segment, reply: ErrorReply): void {
  if (state.transaction !== null) state.transaction.failed = true;
  segment.addLocal(reply);
}

function admitStoreCommand(
  client: Client,
  segment: Segment,
  command: Command,
  args: CommandArguments,
  gateway: GatewayServices,
): void {
  let bytes = COMMAND_OVERHEAD_BYTES;
  for (const word of args) bytes += word.length;
  const refused = storeRefusal(client, command, args, bytes, gateway);
  if (refused !== null) {
    refuse(client, segment, refused);
    return;
  }
  const { transaction } = client.state;
  if (transaction === null) {
    segment.add(command, args, bytes);
    return;
  }
  const isFull =
    transaction.length >= MAX_TRANSACTION_COMMANDS ||
    transaction.bytes + bytes > gateway.settings.limits.parser.frameBytes;
  if (isFull) {
    refuse(client, segment, error('ERR transaction too large'));
    return;
  }
  transaction.add(command, args.map(detached), bytes);
  segment.addLocal(QUEUED);
}

/** Arity, role, sizes, and with redirection whether this node is the right one. */
function storeRefusal(
  client: Client,
  command: Command,
  args: CommandArguments,
  bytes: number,
  gateway: GatewayServices,
): ErrorReply | null {
  if (!hasRightArity(command, args.length - 1)) return wrongArity(command.name);
  if (command.access === 'write') {
    const refused = permissionRefusal(client.state, 'read-write', command.name);
    if (refused !== null) return refused;
  }
  const { limits, redirect, isDataFull } = gateway.settings;
  if (bytes > limits.sizes.keyBytes) {
    const tooLong = checkCommand(command, args.slice(1), limits.sizes);
    if (tooLong !== null) return tooLong;
  }
  if (command.access === 'write' && isDataFull() && mayGrow(command, args.slice(1))) return DATA_FULL;
  if (!redirect || (client.state.readOnly && command.access === 'read')) return null;
  return redirection(command, args, gateway);
}

function redirection(command: Command, args: CommandArguments, gateway: GatewayServices): ErrorReply | null {
  const leader = gateway.engine.leader();
  if (leader === null) return NO_LEADER;
  if (leader.node === gateway.settings.node) return null;
  const slot = keySlot(keysOf(command, args)[0] ?? '');
  return error(`MOVED ${slot} ${leader.host}:${leader.port}`);
}

function admitExec(client: Client, segment: Segment, args: CommandArguments): void {
  const { state } = client;
  const { transaction, watched } = state;
  if (transaction === null) {
    segment.addLocal(EXEC_WITHOUT_MULTI);
    return;
  }
  state.transaction = null;
  state.watched = [];
  if (transaction.failed) {
    segment.addLocal(EXEC_ABORTED);
  } else if (transaction.length === 0 && watched.length === 0) {
    segment.addLocal(EMPTY_ARRAY);
  } else {
    segment.addSpecial(args, transaction.bytes + COMMAND_OVERHEAD_BYTES, builder =>
      transaction.encode(builder, watched),
    );
  }
}

/** `RAFT.ONCE session sequence command …` */
function admitOnce(
  client: Client,
  segment: Segment,
  once: Command,
  args: CommandArguments,
  gateway: GatewayServices,
): void {
  const words = args.slice(1);
  const inner = gateway.table.find(args[3] ?? '');
  let bytes = 2 * COMMAND_OVERHEAD_BYTES;
  for (const word of args) bytes += word.length;
  const refused =
    client.state.transaction !== null
      ? error('ERR RAFT.ONCE is not allowed in a transaction')
      : (checkCommand(once, words, gateway.settings.limits.sizes) ??
        (inner?.kind === 'store'
          ? storeRefusal(client, inner.command, args.slice(3), bytes, gateway)
          : null));
  if (refused !== null) refuse(client, segment, refused);
  else segment.addSpecial(args, bytes, builder => appendCommand(builder, once, words));
}

function admitGatewayCommand(
  client: Client,
  segment: Segment,
  command: GatewayCommand,
  args: CommandArguments,
): ExclusiveCommand | null {
  if (client.state.transaction !== null && command.inTransaction !== true) {
    if (command.name === 'watch') {
      segment.addLocal(WATCH_INSIDE_MULTI);
    } else {
      refuse(client, segment, error(`ERR '${command.name}' is not allowed in a transaction`));
    }
    return null;
  }
  return { command, args };
}
