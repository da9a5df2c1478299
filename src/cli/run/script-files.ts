/**
 * Finds script files and reads them, all before the first one runs.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseScript, type Script, ScriptError } from '../../chaos/script.js';
import { parseConfig } from '../../config/parse-config.js';
import type { ClusterConfig } from '../../index.js';
import { InvalidOperation, OperationFailed } from '../cli-error.js';

export interface ScriptFile {
  readonly path: string;
  readonly text: string;
  readonly script: Script;
  readonly nodes: number;
  /** With the script's own settings. */
  readonly config: ClusterConfig;
}

const DEFAULT_NODES = 5;

interface ReadOptions {
  readonly config: ClusterConfig;
  /** For scripts that do not say; default 5. */
  readonly nodes?: number | undefined;
}

/** @throws InvalidOperation with every mistake of a script, OperationFailed, ConfigError with the line of the script */
export const readScripts = (paths: readonly string[], options: ReadOptions): readonly ScriptFile[] =>
  paths.flatMap(scriptsAt).map(path => readScript(path, options));

const scriptsAt = (path: string): readonly string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch {
    throw new OperationFailed(`${path}: no such file`);
  }
  const scripts = readdirSync(path).filter(name => name.endsWith('.chaos'));
  if (scripts.length === 0) throw new OperationFailed(`${path}: no *.chaos files in it`);
  return scripts.sort().map(name => join(path, name));
};

const readScript = (path: string, options: ReadOptions): ScriptFile => {
  const text = readFileSync(path, 'utf8');
  try {
    const nodes = nodesIn(text) ?? options.nodes ?? DEFAULT_NODES;
    const script = parseScript(text, { nodes });
    return { path, text, script, nodes, config: withFreePorts(withSettings(script, path, options.config)) };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const lines = error.errors.map(mistake => `${path}: ${mistake.message}`);
    throw new InvalidOperation(lines.join('\n'));
  }
};

/** The script's own number of nodes comes before any command; the parser checks it. */
const nodesIn = (text: string): number | null => {
  const match = /^\s*nodes\s+(\d+)\s*(#.*)?$/m.exec(text);
  return match === null ? null : Number(match[1]);
};

/** A script's cluster takes free ports, so that several can run beside each other. */
const withFreePorts = (config: ClusterConfig): ClusterConfig => ({
  ...config,
  servers: ['127.0.0.1'],
  portStart: 0,
});

/** The config with the script's `config` lines. */
const withSettings = (script: Script, path: string, base: ClusterConfig): ClusterConfig => {
  if (script.settings.length === 0) return base;
  const lines: string[] = [];
  for (const { line, key, value } of script.settings) lines[line - 1] = `${key}: ${value}`;
  return parseConfig(Array.from(lines, line => line ?? '').join('\n'), path, base);
};
