/**
 * Commands that are families: `CLIENT ID`, `CONFIG GET`, `CLUSTER SLOTS`.
 *
 * @module
 */
import { unknownSubcommand } from '../../kv/error-replies.js';
import { error, simple } from '../../kv/reply.js';
import { permissionRefusal } from '../permission.js';
import type { Role } from '../users.js';
import type { Client, CommandResultReply, GatewayServices } from './gateway-command.js';

export interface Subcommand {
  /** Number of words with the command and the subcommand; negative: at least so many. */
  readonly arity: number;
  readonly summary: string;
  /** What a user must be beyond what the command itself asks for. */
  readonly role?: Role;
  /** `args` without command and subcommand. */
  readonly run: (
    client: Client,
    args: readonly string[],
    gateway: GatewayServices,
  ) => CommandResultReply | Promise<CommandResultReply>;
}

type Run = (
  client: Client,
  args: readonly string[],
  gateway: GatewayServices,
) => CommandResultReply | Promise<CommandResultReply>;

/** @param table by upper-case name of the subcommand; HELP is added */
export function dispatch(command: string, table: Readonly<Record<string, Subcommand>>): Run {
  const byName = new Map(Object.entries(table));
  return (client, args, gateway) => {
    const [name = '', ...rest] = args;
    if (name.toUpperCase() === 'HELP') return helpOf(command, table);
    const subcommand = byName.get(name.toUpperCase());
    if (subcommand === undefined) return unknownSubcommand(command, name);
    const words = args.length + 1;
    const { arity } = subcommand;
    if (arity >= 0 ? words !== arity : words < -arity) {
      return error(`ERR wrong number of arguments for '${command}|${name.toLowerCase()}' command`);
    }
    const refused = permissionRefusal(
      client.state,
      subcommand.role ?? 'read-only',
      `${command}|${name.toLowerCase()}`,
    );
    return refused ?? subcommand.run(client, rest, gateway);
  };
}

function helpOf(command: string, table: Readonly<Record<string, Subcommand>>): CommandResultReply {
  const lines = Object.entries(table).flatMap(([name, { summary }]) => [name, `    ${summary}.`]);
  return [`${command.toUpperCase()} <subcommand> [<arg> ...]. Subcommands are:`, ...lines].map(simple);
}
