/**
 * Options by which a command shows a cluster who it is. A password never stands on a command line.
 *
 * @module
 */
import type { Command } from 'commander';
import { type ClientAccess, clientAccess } from '../config/client-access.js';
import type { ClusterConfig } from '../config/cluster-config.js';

export interface AccessFlags {
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tls?: true;
  readonly ca?: string;
}

export const withAccessOptions = (command: Command): Command =>
  command
    .option('--user <name>', 'user at the cluster (default: RAFTKV_USER, else default)')
    .option('--password-file <file>', 'file with the password (default: RAFTKV_PASSWORD, else the config)')
    .option('--tls', 'encrypt the connection and check who answers')
    .option('--ca <file>', "PEM file with the authority that signed the cluster's certificate; means --tls");

/**
 * What the options leave out the environment says, and what that leaves out the config.
 * @throws ConfigError when a file that is named cannot be read
 */
export function accessOf(
  flags: AccessFlags,
  config: ClusterConfig | null,
  environment: NodeJS.ProcessEnv = process.env,
): ClientAccess {
  const { user, passwordFile, tls, ca } = flags;
  return clientAccess(config, {
    ...environment,
    ...(user === undefined ? {} : { RAFTKV_USER: user }),
    ...(passwordFile === undefined ? {} : { RAFTKV_PASSWORD: '', RAFTKV_PASSWORD_FILE: passwordFile }),
    ...(tls === undefined ? {} : { RAFTKV_TLS: '1' }),
    ...(ca === undefined ? {} : { RAFTKV_TLS_CA: ca }),
  });
}
