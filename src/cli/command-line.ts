/**
 * Sends one line of the command language to a running cluster.
 *
 * @module
 */
import type { Action } from '../chaos/action.js';
import { parse } from '../chaos/parse.js';
import { print } from '../chaos/print.js';
import { bytesOfText, lineOfArguments } from '../chaos/quote.js';
import { CommandSyntaxError } from '../chaos/syntax-error.js';
import { plain } from '../client/index.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { loadMatrix } from '../config/load-config.js';
import { InvalidOperation } from './cli-error.js';
import { withCluster } from './connection.js';

/** One line from the words a shell cut; a single word may be a whole line. */
export const lineOfWords = (words: readonly string[]): string => lineOfArguments(words.map(bytesOfText));

/** @throws InvalidOperation when it does not parse or is empty */
const parseLine = (line: string): Action => {
  try {
    const action = parse(line);
    if (action === null) throw new InvalidOperation('expected a command');
    return action;
  } catch (error) {
    throw error instanceof CommandSyntaxError ? new InvalidOperation(error.message) : error;
  }
};

/**
 * Runs a line and answers what the cluster says. Files named in it are those of this machine.
 *
 * @throws InvalidOperation when the line is wrong, OperationFailed when it fails, ConfigError for a bad matrix
 */
export const runLine = async (config: ClusterConfig, line: string): Promise<string> => {
  const action = withInlineMatrix(parseLine(line));
  const extraMs = durationOf(action);
  const reply = await withCluster(config, ask => ask(['CHAOS', print(action)]), { extraMs });
  return String(plain(reply));
};

const withInlineMatrix = (action: Action): Action => {
  if (action.kind === 'try') return { kind: 'try', action: withInlineMatrix(action.action) };
  return action.kind === 'upload' ? { kind: 'matrix', rows: loadMatrix(action.path) } : action;
};

/** What a node does before it answers: it starts, catches up, or writes a snapshot. */
const SLOW_COMMANDS: ReadonlySet<Action['kind']> = new Set([
  'revive',
  'restart',
  'add',
  'remove',
  'transfer',
  'snapshot',
] as const);
const SLOW_COMMAND_MS = 30_000;

/** How long the command itself may take. */
const durationOf = (action: Action): number => {
  if (action.kind === 'try') return durationOf(action.action);
  if (action.kind === 'wait') return action.durationMs;
  if (action.kind === 'wait-until') return action.withinMs;
  if (action.kind === 'expect') return action.limit?.ms ?? 0;
  if (action.kind === 'random') return action.forMs + action.everyMs;
  return SLOW_COMMANDS.has(action.kind) ? SLOW_COMMAND_MS : 0;
};
