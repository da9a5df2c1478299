/**
 * ACL, as far as users are real here: who one is, and who there is.
 *
 * @module
 */
import type { GatewayCommand } from './gateway-command.js';
import { dispatch } from './subcommands.js';

export const ACL_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'acl',
    arity: -2,
    group: 'server',
    summary: 'WHOAMI, USERS',
    difference: 'Users and their roles come from a file; nothing changes them while a node runs.',
    order: 'exclusive',
    run: dispatch('acl', {
      WHOAMI: {
        arity: 2,
        summary: 'Name of the user of this connection',
        run: client => client.state.user?.name ?? null,
      },
      USERS: {
        arity: 2,
        role: 'admin',
        summary: 'Names of all users',
        run: (_client, _args, { settings }) => [...settings.users.names],
      },
    }),
  },
];
