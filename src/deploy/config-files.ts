/**
 * What a host needs besides the program: the config and the files it names.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { parseConfig } from '../config/parse-config.js';
import { DeployError } from './deploy-error.js';

export interface ConfigFiles {
  /** Name on the host, relative to its config folder, and content. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Of all names and contents: equal names are equal configs. */
  readonly name: string;
}

/** What the config is called on a host, whatever it is called here. */
const CONFIG_NAME = 'config.txt';
/** Beside the config, here and on the hosts: what the links between several hosts prove themselves with. */
const LINK_SECRET_NAME = 'link.secret';
const SECRET_BYTES = 32;

/**
 * Files that the config names relative to itself go along; those with an absolute path are expected on the host. Several
 * hosts whose config says nothing of how their links are protected get a secret in common: the one beside the config, which
 * is made at the first time.
 *
 * @param file the config, absolute
 * @param mayWrite false: nothing is changed on this machine either; a secret that is missing counts as an empty one
 * @throws DeployError `local` for a file that cannot be read or lies above the config; ConfigError
 */
export function collectConfig(file: string, mayWrite = true): ConfigFiles {
  const folder = dirname(file);
  const content = withLinkSecret(read(file), file, mayWrite);
  const files = new Map<string, Buffer>([[CONFIG_NAME, content]]);
  for (const path of namedFiles(content.toString('utf8'), file)) {
    if (files.has(path)) continue;
    const isToBeMade = path === LINK_SECRET_NAME && !mayWrite && !existsSync(resolve(folder, path));
    files.set(path, isToBeMade ? Buffer.alloc(0) : read(resolve(folder, path)));
  }
  const hash = createHash('sha256');
  for (const [name, bytes] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  }
  return { files, name: hash.digest('hex').slice(0, 12) };
}

/** The config as the hosts get it. */
function withLinkSecret(content: Buffer, file: string, mayWrite: boolean): Buffer {
  const text = content.toString('utf8');
  const isProtected = /^\s*link_(secret_file|tls_cert)\s*:/m.test(text);
  if (isProtected || parseConfig(text, file).servers.length === 1) return content;
  if (mayWrite) makeSecret(join(dirname(file), LINK_SECRET_NAME));
  const line = `# Added by raftkv deploy.\nlink_secret_file: ${LINK_SECRET_NAME}\n`;
  return Buffer.from(`${text.endsWith('\n') ? text : `${text}\n`}${line}`);
}

/** For the eyes of this user only; one that is there stays, whatever it is. */
function makeSecret(file: string): void {
  try {
    writeFileSync(file, `${randomBytes(SECRET_BYTES).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    throw new DeployError('local', `${file} cannot be written (${codeOf(error)})`);
  }
}

function namedFiles(text: string, file: string): readonly string[] {
  const fields = Object.entries(parseConfig(text, file));
  const named = fields.filter(([field, value]) => field.endsWith('File') && value !== '');
  const relative = named.map(([, value]) => normalize(String(value))).filter(path => !isAbsolute(path));
  for (const path of relative) {
    if (path.startsWith('..')) {
      throw new DeployError(
        'local',
        `${file} names ${path}: only files beside or below it can be copied along`,
      );
    }
    if (path === CONFIG_NAME) {
      throw new DeployError('local', `${file} names ${path}, which is what it is itself called on a host`);
    }
  }
  return relative;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new DeployError('local', `${file} cannot be read (${codeOf(error)})`);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
