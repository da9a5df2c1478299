/**
 * `raftkv client CONFIG …`: keys and values, variables of nodes, and the simplest partition.
 *
 * @module
 */
import { Command } from 'commander';
import { plain } from '../client/index.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { configOf } from './arguments.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';
import { lineOfWords, runLine } from './command-line.js';
import { withCluster } from './connection.js';
import { print, printJson } from './terminal.js';

interface OutputFlags {
  readonly json?: true;
}

interface Operation {
  readonly usage: string;
  readonly summary: string;
  /** How many arguments it takes. */
  readonly takes: readonly number[];
  readonly run: (config: ClusterConfig, args: readonly string[], flags: OutputFlags) => Promise<void>;
}

const get: Operation['run'] = async (config, [key = ''], flags) => {
  const reply = await withCluster(config, ask => ask(['GET', key]));
  if (reply.kind === 'nil') throw new OperationFailed(`there is no key ${key}`);
  const value = plain(reply);
  if (flags.json) printJson({ key, value });
  else print(String(value));
};

const put: Operation['run'] = async (config, [key = '', value = ''], flags) => {
  await withCluster(config, ask => ask(['SET', key, value]));
  if (flags.json) printJson({ key, value, ok: true });
  else print('OK');
};

const debug: Operation['run'] = async (config, [variable = '', host, port], flags) => {
  if (host === undefined) return viaLine('debug')(config, [variable], flags);
  const number = Number(port);
  if (!/^\d+$/.test(port ?? '') || number < 1 || number > 65_535) {
    throw new InvalidOperation(`expected a port 1–65535, found ${port}`);
  }
  const node = { host, port: number };
  const reply = await withCluster(config, ask => ask(['RAFT', 'DEBUG', variable]), { node });
  const data: unknown = JSON.parse(String(plain(reply)));
  if (flags.json) printJson(data);
  else print(JSON.stringify(data, null, 2));
};

/** An operation that is a line of the command language. */
const viaLine =
  (name: string): Operation['run'] =>
  async (config, args, flags) => {
    const text = await runLine(config, lineOfWords([name, ...args]));
    if (flags.json) printJson({ ok: true, text });
    else print(text);
  };

const OPERATIONS: Readonly<Record<string, Operation>> = {
  get: { usage: 'get KEY', summary: 'print a value', takes: [1], run: get },
  put: { usage: 'put KEY VALUE', summary: 'store a value', takes: [2], run: put },
  del: { usage: 'del KEY', summary: 'delete a key', takes: [1], run: viaLine('del') },
  cas: {
    usage: 'cas KEY OLD NEW',
    summary: 'store NEW if the value is OLD',
    takes: [3],
    run: viaLine('cas'),
  },
  incr: { usage: 'incr KEY', summary: 'add one to a number', takes: [1], run: viaLine('incr') },
  scan: { usage: 'scan [PREFIX]', summary: 'list keys', takes: [0, 1], run: viaLine('scan') },
  debug: {
    usage: 'debug VARIABLE [HOST PORT]',
    summary: 'matchIndex, nextIndex, log, conn_mat or all, of the leader or of one node, as JSON',
    takes: [1, 3],
    run: debug,
  },
  partition: {
    usage: 'partition COUNT',
    summary: 'cut COUNT nodes, the leader among them, off the others',
    takes: [1],
    run: viaLine('partition'),
  },
};

const operationsHelp = (): string => {
  const entries = Object.values(OPERATIONS);
  const width = Math.max(...entries.map(({ usage }) => usage.length));
  const lines = entries.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return `\nOperations:\n${lines.join('\n')}`;
};

export const clientCommand = (): Command =>
  new Command('client')
    .description('Read and write keys of a running cluster, and look into its nodes.')
    .argument('<config>', 'config file of the cluster')
    .argument('<operation>')
    .argument('[arguments...]')
    .option('--json', 'print JSON')
    .allowUnknownOption()
    .addHelpText('after', operationsHelp())
    .action(run);

const run = async (
  path: string,
  name: string,
  args: readonly string[],
  flags: OutputFlags,
): Promise<void> => {
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation === undefined) throw new InvalidOperation(`${name} is none of the operations`);
  if (!operation.takes.includes(args.length)) {
    throw new InvalidOperation(`expected ${operation.usage}, found ${args.length} arguments`);
  }
  await operation.run(configOf(path).config, args, flags);
};
