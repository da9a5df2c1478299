/**
 * Starts `raftkv serve` as a process of its own and waits until it is ready; bounded in time, ended by its id.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ServeOptions {
  readonly nodes: number;
  readonly durable: boolean;
  readonly portStart: number;
}

export interface Served {
  readonly ports: readonly number[];
  readonly pid: number;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const LIFETIME_MS = 600_000;

const raftkv = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));

const configText = (options: ServeOptions): string =>
  [
    'servers: localhost',
    `num_of_nodes_in_each_aws: ${options.nodes}`,
    `port_start: ${options.portStart}`,
    'heartbeat_timeout: 0.05',
    'election_timeout_start: 0.3',
    'election_timeout_end: 0.6',
    'rpc_timeout: 2',
    '',
  ].join('\n');

function waitForReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(
      () => reject(new Error(`serve was not ready in time:\n${output}`)),
      READY_WITHIN_MS,
    );
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!/^ready/m.test(output)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('exit', code => {
      clearTimeout(timer);
      reject(new Error(`serve ended with ${code}:\n${output}`));
    });
  });
}

export async function serve(options: ServeOptions): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-bench-'));
  const config = join(folder, 'config.txt');
  writeFileSync(config, configText(options));
  const place = options.durable ? ['--data', join(folder, 'data')] : ['--memory'];
  const child = spawn(process.execPath, [raftkv, 'serve', config, ...place], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIFETIME_MS,
    killSignal: 'SIGKILL',
  });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitForReady(child);
  } catch (error) {
    await stop();
    throw error;
  }
  const ports = Array.from({ length: options.nodes }, (_, node) => options.portStart + node);
  return { ports, pid: child.pid ?? 0, stop };
}
