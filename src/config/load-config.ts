/**
 * Finds and reads config and matrix files.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClusterConfig, nodeCountOf, withNodeCount } from './cluster-config.js';
import { ConfigError } from './config-error.js';
import { type MatrixRows, parseMatrix } from './matrix-file.js';
import { parseConfig } from './parse-config.js';

export interface LoadConfigOptions {
  /** The file to read. Left out: `config.txt` in the current folder, else the one shipped with the package. */
  readonly path?: string | undefined;
  /** Overrides the number of nodes the file gives. */
  readonly nodes?: number | undefined;
}

export interface LoadedConfig {
  readonly config: ClusterConfig;
  /** Where it came from, absolute. */
  readonly file: string;
}

/** A file of the package itself, found from wherever this module was compiled to. */
export const shippedFile = (name: string): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return join(folder, name);
};

const firstExisting = (name: string): string => (existsSync(name) ? resolve(name) : shippedFile(name));

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? REASONS[String(error.code)] : null;
    throw new ConfigError('file-unreadable', file, 0, reason ?? 'the file cannot be read');
  }
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'expected a file, found a folder',
};

const FILE_FIELDS = [
  'passwordFile',
  'usersFile',
  'tlsCertFile',
  'tlsKeyFile',
  'tlsCaFile',
  'linkSecretFile',
  'linkTlsCertFile',
  'linkTlsKeyFile',
  'linkTlsCaFile',
] as const;

/** Files that a config names are looked for where the config is, wherever the program was started. */
const besideFile = (config: ClusterConfig, folder: string): ClusterConfig => {
  const named = FILE_FIELDS.filter(field => config[field] !== '');
  const found = named.map(field => [field, resolve(folder, config[field])] as const);
  return { ...config, ...Object.fromEntries(found) };
};

/** @throws ConfigError when the file is missing or wrong */
export const loadConfig = (options: LoadConfigOptions = {}): LoadedConfig => {
  const file = options.path === undefined ? firstExisting('config.txt') : resolve(options.path);
  const config = besideFile(parseConfig(readText(file), options.path ?? file), dirname(file));
  if (options.nodes === undefined) return { config, file };
  try {
    return { config: withNodeCount(config, options.nodes), file };
  } catch (error) {
    throw new ConfigError('bad-config', file, 0, error instanceof Error ? error.message : '');
  }
};

/** @throws ConfigError when the file is missing, wrong, or not of the cluster's size */
export const loadMatrix = (path: string, nodes?: number | ClusterConfig): MatrixRows => {
  const size = typeof nodes === 'object' ? nodeCountOf(nodes) : nodes;
  return parseMatrix(readText(resolve(path)), path, size);
};
