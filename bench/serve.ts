/**
 * Starts `raftkv serve` as a process of its own and waits until it is ready; bounded in time, ended by its id.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.js';
import { scratchFolder } from './scratch.js';

export interface ServeOptions {
  readonly nodes: number;
  readonly durable: boolean;
  readonly portStart: number;
  /** Probability of a drop on every link; default 0. */
  readonly drop?: number;
  /** What reads at the leader rely on; default ReadIndex. */
  readonly reads?: 'lease';
  /** Further lines of the config. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Killed after this, whatever happens; default a quarter of an hour. */
  readonly lifetimeMs?: number;
  /** Another build of the program: its `src/cli/main.js`. */
  readonly program?: string;
}

export interface Served {
  readonly ports: readonly number[];
  readonly pid: number;
  /** Empty for nodes in memory. */
  readonly dataDirectory: string;
  /** Ends it in order and starts it again from what it kept. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Ten million keys are read by three nodes at once. */
const READY_WITHIN_MS = 180_000;
const LIFETIME_MS = 900_000;

/** `key=value` and more such with commas between them. */
export const settingsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(text.split(',').map(pair => pair.split('=', 2)));

export const THIS_BUILD = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

export const ELECTION_TIMEOUT_END_MS = 600;

const configText = (options: ServeOptions): string =>
  [
    'servers: localhost',
    `num_of_nodes_in_each_aws: ${options.nodes}`,
    `port_start: ${options.portStart}`,
    'heartbeat_timeout: 0.05',
    'election_timeout_start: 0.3',
    `election_timeout_end: ${ELECTION_TIMEOUT_END_MS / 1000}`,
    'rpc_timeout: 2',
    ...(options.reads === undefined ? [] : [`reads: ${options.reads}`]),
    ...Object.entries(options.settings ?? {}).map(([name, value]) => `${name}: ${value}`),
    '',
  ].join('\n');

const matrixText = ({ nodes, drop = 0 }: ServeOptions): string =>
  Array.from({ length: nodes }, (_, from) =>
    Array.from({ length: nodes }, (_, to) => (from === to ? 0 : drop)).join(' '),
  ).join('\n');

export async function serve(options: ServeOptions): Promise<Served> {
  const scratch = scratchFolder('serve');
  const config = join(scratch.path, 'config.txt');
  const matrix = join(scratch.path, 'matrix');
  writeFileSync(config, configText(options));
  writeFileSync(matrix, `${matrixText(options)}\n`);
  const dataDirectory = join(scratch.path, 'data');
  const place = options.durable ? ['--data', dataDirectory] : ['--memory'];
  const program = options.program ?? THIS_BUILD;
  const start = (): Promise<Child> =>
    startChild({
      command: process.execPath,
      args: [program, 'serve', config, ...place, '--matrix', matrix],
      readyText: /^ready/m,
      readyWithinMs: READY_WITHIN_MS,
      lifetimeMs: options.lifetimeMs ?? LIFETIME_MS,
    });
  try {
    let child = await start();
    return {
      ports: Array.from({ length: options.nodes }, (_, node) => options.portStart + node),
      dataDirectory: options.durable ? dataDirectory : '',
      get pid() {
        return child.pid;
      },
      async restart() {
        await child.stop();
        child = await start();
      },
      async stop() {
        await child.stop();
        scratch.remove();
      },
    };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}
