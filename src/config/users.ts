/**
 * Who may use the cluster: passwords come from files or the environment, never from a command line.
 *
 * `password_file` holds the password of the user `default`, an admin; so does the variable `RAFTKV_PASSWORD`, which
 * wins. `users_file` has one `name role password` a line; the password may be written as `sha256:` and 64 hex digits.
 * Nothing but the digests leaves this module, and no message quotes what a file says.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClusterConfig } from './cluster-config.js';
import { ConfigError } from './config-error.js';

export const ROLES = ['read-only', 'read-write', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface UserAccount {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the password, hexadecimal. */
  readonly passwordSha256: string;
}

const DEFAULT_USER = 'default';
export const PASSWORD_VARIABLE = 'RAFTKV_PASSWORD';

/** @throws ConfigError when a file is missing or wrong */
export function loadUsers(
  config: Pick<ClusterConfig, 'passwordFile' | 'usersFile'>,
  environment: NodeJS.ProcessEnv = {},
): readonly UserAccount[] {
  const users = config.usersFile === '' ? [] : parseUsers(readSecret(config.usersFile), config.usersFile);
  const password = environment[PASSWORD_VARIABLE] || readPassword(config.passwordFile);
  if (password === null) return users;
  const admin: UserAccount = { name: DEFAULT_USER, role: 'admin', passwordSha256: digestOf(password) };
  return [admin, ...users.filter(({ name }) => name !== DEFAULT_USER)];
}

/** The first line of the file; null: no file is named. @throws ConfigError */
export function readPassword(file: string): string | null {
  if (file === '') return null;
  const password = readSecret(file).split(/\r?\n/, 1)[0] ?? '';
  if (password === '') throw new ConfigError('bad-config', file, 1, 'expected a password, found nothing');
  return password;
}

function parseUsers(text: string, file: string): readonly UserAccount[] {
  const users: UserAccount[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const user = parseUser(line, file, index + 1);
    if (users.some(({ name }) => name === user.name)) {
      throw new ConfigError(
        'bad-config',
        file,
        index + 1,
        `expected each user once, found ${user.name} again`,
      );
    }
    users.push(user);
  }
  if (users.length === 0) throw new ConfigError('bad-config', file, 0, 'expected at least one user');
  return users;
}

function parseUser(line: string, file: string, number: number): UserAccount {
  const [, name, word, password] = /^(\S+)\s+(\S+)\s+(\S.*)$/.exec(line) ?? [];
  const role = ROLES.find(each => each === word);
  if (name === undefined || password === undefined || role === undefined) {
    const expected = `expected «name role password» with a role of ${ROLES.join(', ')}`;
    throw new ConfigError('bad-config', file, number, expected);
  }
  if (!password.startsWith('sha256:')) return { name, role, passwordSha256: digestOf(password) };
  const passwordSha256 = password.slice('sha256:'.length).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(passwordSha256)) {
    throw new ConfigError('bad-config', file, number, 'expected sha256: and 64 hexadecimal digits');
  }
  return { name, role, passwordSha256 };
}

const digestOf = (password: string): string => createHash('sha256').update(password, 'utf8').digest('hex');

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError('file-unreadable', file, 0, `the file cannot be read (${code})`);
  }
}
