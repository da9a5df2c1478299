/**
 * Starts the real program (`raftkv serve`) as a process of its own and talks to it as a user would.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const RAFTKV = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

const READY_WITHIN_MS = 20_000;
/** No test server outlives this, whatever happens to the test. */
const LIFETIME_MS = 110_000;

export interface Workspace {
  readonly folder: string;
  readonly config: string;
  readonly data: string;
  remove(): void;
}

/** A folder with a config of `nodes` nodes from `portStart` on, timed like the shipped one; `more`: further config lines. */
export function workspace(nodes: number, portStart: number, more: readonly string[] = []): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-test-'));
  const config = join(folder, 'config.txt');
  const lines = [
    'servers: localhost',
    `num_of_nodes_in_each_aws: ${nodes}`,
    `port_start: ${portStart}`,
    'heartbeat_timeout: 0.05',
    'election_timeout_start: 0.3',
    'election_timeout_end: 0.6',
    'rpc_timeout: 2',
    ...more,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return {
    folder,
    config,
    data: join(folder, 'data'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Server {
  readonly child: ChildProcess;
  output(): string;
  /** Ends it with `signal` and waits until it is gone; answers its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface StartOptions {
  /** What comes before the command: `ip netns exec NAME`, say. */
  readonly prefix?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 20 s. */
  readonly readyWithinMs?: number;
}

/** Resolves when it says `ready`; rejects with all it printed when it ends or takes too long. */
export function startServer(args: readonly string[], options: StartOptions = {}): Promise<Server> {
  const { prefix = [], environment = {}, readyWithinMs = READY_WITHIN_MS } = options;
  const [program = process.execPath, ...rest] = [...prefix, process.execPath, RAFTKV, 'serve', ...args];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIFETIME_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...environment },
  });
  let output = '';
  const exited = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));
  const server: Server = {
    child,
    output: () => output,
    end: signal => {
      child.kill(signal);
      return exited;
    },
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not ready within ${readyWithinMs} ms:\n${output}`));
    }, readyWithinMs);
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/^ready/m.test(output)) {
        clearTimeout(timer);
        resolve(server);
      }
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void exited.then(code => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}:\n${output}`));
    });
  });
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `raftkv ARGS…` to its end. */
export function raftkv(...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RAFTKV, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: status, stdout, stderr };
}

/** True when `name` is a program on this machine; says so where it is not. */
export function hasProgram(name: string): boolean {
  const found = spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!found) process.stdout.write(`skipped: needs ${name}, which is not installed\n`);
  return found;
}

/** Asks again until `probe` answers something other than undefined; no fixed sleeps in tests. */
export async function eventually<T>(
  what: string,
  withinMs: number,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
