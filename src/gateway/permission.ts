/**
 * Refusals for lack of a role.
 *
 * @module
 */
import { type ErrorReply, error } from '../kv/reply.js';
import type { ClientState } from './client-state.js';
import { type Role, roleSuffices } from './users.js';

/** @param what the command as Redis names it: `set`, `config|set` */
export function permissionRefusal({ user }: ClientState, needed: Role, what: string): ErrorReply | null {
  if (user !== null && roleSuffices(user.role, needed)) return null;
  return error(`NOPERM User ${user?.name ?? 'nobody'} has no permissions to run the '${what}' command`);
}
