/**
 * The command table: every command the replicated store knows. Commands about the connection live in the gateway.
 *
 * @module
 */

import { BIT_COMMANDS } from './bits.js';
import type { Command } from './command.js';
import { COUNTER_COMMANDS } from './counters.js';
import { EXPIRY_COMMANDS } from './expiry.js';
import { HASH_COMMANDS } from './hashes.js';
import { KEY_COMMANDS } from './keys.js';
import { LCS_COMMANDS } from './lcs.js';
import { LIST_COMMANDS } from './lists.js';
import { RAFT_COMMANDS } from './raft-commands.js';
import { SCAN_COMMANDS } from './scan.js';
import { SERVER_COMMANDS } from './server.js';
import { SET_COMMANDS } from './sets.js';
import { STRING_COMMANDS } from './strings.js';

export const COMMANDS: readonly Command[] = [
  ...STRING_COMMANDS,
  ...COUNTER_COMMANDS,
  ...BIT_COMMANDS,
  ...LCS_COMMANDS,
  ...KEY_COMMANDS,
  ...EXPIRY_COMMANDS,
  ...SCAN_COMMANDS,
  ...LIST_COMMANDS,
  ...HASH_COMMANDS,
  ...SET_COMMANDS,
  ...SERVER_COMMANDS,
  ...RAFT_COMMANDS,
];

const byName = new Map(COMMANDS.map(command => [command.name, command]));
const byOpcode: (Command | undefined)[] = [];
for (const command of COMMANDS) byOpcode[command.opcode] = command;

/** Whatever the case of `name`. */
export function commandNamed(name: string): Command | undefined {
  return byName.get(name) ?? byName.get(name.toLowerCase());
}

export function commandOfOpcode(opcode: number): Command | undefined {
  return byOpcode[opcode];
}
