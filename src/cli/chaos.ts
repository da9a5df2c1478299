/**
 * `raftkv chaos CONFIG …`: any line of the command language, sent to a running cluster.
 *
 * @module
 */
import { Command } from 'commander';
import { helpText } from '../chaos/help.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { configOf } from './arguments.js';
import { InvalidOperation } from './cli-error.js';
import { lineOfWords, runLine } from './command-line.js';
import { print, printJson } from './terminal.js';

interface ChaosFlags {
  readonly json?: true;
}

export const chaosCommand = (): Command =>
  new Command('chaos')
    .description('Send a command to a running cluster; get [NODE] shows the matrix, or a row of it.')
    .argument('<config>', 'config file of the cluster')
    .argument('<command...>', 'a line of the command language')
    .option('--json', 'print JSON')
    .allowUnknownOption()
    .addHelpText('after', `\nCommands:\n${helpText()}`)
    .action(run);

const run = async (path: string, words: readonly string[], flags: ChaosFlags): Promise<void> => {
  const { config } = configOf(path);
  const [name, ...args] = words;
  if (name === 'get') return showMatrix(config, args, flags);
  const text = await runLine(config, lineOfWords(words));
  if (flags.json) printJson({ ok: true, text });
  else print(text);
};

/** Here `get` is about the matrix: all of it, or what one node sends. */
const showMatrix = async (
  config: ClusterConfig,
  [node, ...more]: readonly string[],
  flags: ChaosFlags,
): Promise<void> => {
  if (more.length > 0) throw new InvalidOperation('expected get [NODE]');
  if (node !== undefined && !/^\d+$/.test(node)) {
    throw new InvalidOperation(`expected a node, found ${node}`);
  }
  const rows = (await runLine(config, 'matrix')).split('\n');
  const shown = node === undefined ? rows : rows.slice(Number(node), Number(node) + 1);
  if (shown.length === 0) {
    throw new InvalidOperation(`expected a node 0–${rows.length - 1}, found ${node}`);
  }
  if (!flags.json) return print(shown.join('\n'));
  const numbers = shown.map(row => row.split(' ').map(Number));
  printJson(node === undefined ? numbers : numbers[0]);
};
