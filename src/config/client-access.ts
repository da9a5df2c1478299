/**
 * How programs of this project show who they are: from the environment and the config's files, never from a command
 * line, where every user of the machine could read it.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { ClusterConfig } from './cluster-config.js';
import { ConfigError } from './config-error.js';
import { PASSWORD_VARIABLE, readPassword } from './users.js';

/** Part of what a client's `connect` takes. */
export interface ClientAccess {
  readonly username?: string;
  readonly password?: string;
  /** PEM texts. Present: the connection is encrypted; without `ca` the system's authorities are trusted. */
  readonly tls?: Tls;
}

interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

type AccessConfig = Pick<ClusterConfig, 'passwordFile' | 'tlsCertFile' | 'tlsCaFile'>;

/**
 * `RAFTKV_USER`, `RAFTKV_PASSWORD` or `RAFTKV_PASSWORD_FILE`; `RAFTKV_TLS=1`, `RAFTKV_TLS_CA`, `RAFTKV_TLS_CERT` and
 * `RAFTKV_TLS_KEY` name files. What they leave out is what the config says.
 *
 * @param config null: only the environment counts
 * @throws ConfigError when a file that is named cannot be read
 */
export function clientAccess(config: AccessConfig | null, environment: NodeJS.ProcessEnv): ClientAccess {
  const username = environment.RAFTKV_USER || null;
  const password = passwordOf(config, environment, username);
  const tls = tlsOf(config, environment);
  return {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls === null ? {} : { tls }),
  };
}

function passwordOf(
  config: AccessConfig | null,
  environment: NodeJS.ProcessEnv,
  username: string | null,
): string | null {
  const given = environment[PASSWORD_VARIABLE] || readPassword(environment.RAFTKV_PASSWORD_FILE ?? '');
  if (given !== null || config === null || (username !== null && username !== 'default')) return given;
  try {
    return readPassword(config.passwordFile);
  } catch {
    // The file is for the servers' eyes only: the cluster will ask for a password.
    return null;
  }
}

function tlsOf(config: AccessConfig | null, environment: NodeJS.ProcessEnv): Tls | null {
  const caFile = environment.RAFTKV_TLS_CA || config?.tlsCaFile || '';
  const certFile = environment.RAFTKV_TLS_CERT || '';
  const isOn = environment.RAFTKV_TLS === '1' || caFile !== '' || certFile !== '';
  if (!isOn && (config === null || config.tlsCertFile === '')) return null;
  return {
    ...(caFile === '' ? {} : { ca: readPem(caFile) }),
    ...(certFile === ''
      ? {}
      : { cert: readPem(certFile), key: readPem(environment.RAFTKV_TLS_KEY || certFile) }),
  };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError('file-unreadable', file, 0, `the file cannot be read (${code})`);
  }
}
