/**
 * Finds a command by its name, whether the store's or the gateway's own.
 *
 * @module
 */
import { OPCODE_ONCE } from '../../kv/batch.js';
import { COMMANDS } from '../../kv/commands/table.js';
import { ACL_COMMANDS } from './acl.js';
import { CLIENT_COMMANDS } from './client.js';
import { CLUSTER_COMMANDS } from './cluster.js';
import { COMMAND_COMMANDS } from './command.js';
import { CONFIG_COMMANDS } from './config.js';
import { CONNECTION_COMMANDS } from './connection.js';
import type { CommandEntry, CommandTable, GatewayCommand } from './gateway-command.js';
import { INFO_COMMANDS } from './info.js';
import { RAFT_COMMANDS } from './raft.js';
import { SERVER_COMMANDS } from './server.js';
import { SUBSCRIPTION_COMMANDS } from './subscriptions.js';
import { EXEC, TRANSACTION_COMMANDS } from './transactions.js';
import { WATCHING_COMMANDS } from './watching.js';

const GATEWAY_COMMANDS: readonly GatewayCommand[] = [
  ...CONNECTION_COMMANDS,
  ...CLIENT_COMMANDS,
  ...TRANSACTION_COMMANDS,
  ...SERVER_COMMANDS,
  ...ACL_COMMANDS,
  ...WATCHING_COMMANDS,
  ...SUBSCRIPTION_COMMANDS,
  ...INFO_COMMANDS,
  ...CONFIG_COMMANDS,
  ...COMMAND_COMMANDS,
  ...CLUSTER_COMMANDS,
  ...RAFT_COMMANDS,
];

const entries = new Map<string, CommandEntry>();
for (const command of COMMANDS) {
  entries.set(command.name, { kind: command.opcode === OPCODE_ONCE ? 'once' : 'store', command });
}
entries.set(EXEC.name, { kind: 'exec', command: EXEC });
for (const command of GATEWAY_COMMANDS) entries.set(command.name, { kind: 'gateway', command });
// Clients write names in either case; mixed case takes the slower way below.
for (const [name, entry] of [...entries]) entries.set(name.toUpperCase(), entry);

/** Every command of store and gateway. */
export const COMMAND_TABLE: CommandTable = {
  all: [...new Set(entries.values())].sort((a, b) => (a.command.name < b.command.name ? -1 : 1)),
  find: name => entries.get(name) ?? entries.get(name.toLowerCase()),
};
