/**
 * The secret by which the servers of a cluster know each other: from the environment or a file, never from a command line.
 *
 * @module
 */
import type { ClusterConfig } from './cluster-config.js';
import { readPassword } from './users.js';

const LINK_SECRET_VARIABLE = 'RAFTKV_LINK_SECRET';

/**
 * `RAFTKV_LINK_SECRET`, else the first line of the file that `RAFTKV_LINK_SECRET_FILE` or the config's
 * `link_secret_file` names; null: there is none.
 * @throws ConfigError
 */
export function loadLinkSecret(
  config: Pick<ClusterConfig, 'linkSecretFile'>,
  environment: NodeJS.ProcessEnv,
): string | null {
  const given = environment[LINK_SECRET_VARIABLE];
  if (given !== undefined && given !== '') return given;
  return readPassword(environment.RAFTKV_LINK_SECRET_FILE || config.linkSecretFile);
}
