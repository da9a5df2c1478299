/**
 * Programs that a benchmark starts: waited for with a time limit, ended by their id.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

const STOP_WITHIN_MS = 5_000;

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Found in its output once it serves. */
  readonly readyText: RegExp;
  readonly readyWithinMs: number;
  /** Killed after this, whatever happens. */
  readonly lifetimeMs: number;
}

export interface Child {
  readonly pid: number;
  stop(): Promise<void>;
}

const running = new Set<Child>();

/** The program ends when it is told to, and nothing that it has started outlives it. */
export function endChildrenWithProgram(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void endBy(signal));
}

async function endBy(signal: 'SIGINT' | 'SIGTERM'): Promise<never> {
  // What fails from here on fails for want of the children.
  process.on('uncaughtException', () => {});
  await Promise.allSettled([...running].map(child => child.stop()));
  process.exit(128 + constants.signals[signal]);
}

/** Resolves when the program serves. @throws Error when it does not in time, with its output */
export async function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.lifetimeMs,
    killSignal: 'SIGKILL',
  });
  const exited = new Promise<void>(resolve => child.once('close', () => resolve()));
  const started: Child = { pid: child.pid ?? 0, stop };
  running.add(started);
  void exited.then(() => running.delete(started));
  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await exited;
    clearTimeout(timer);
  }
  try {
    await untilReady(child, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return started;
}

function untilReady(child: ChildProcess, options: ChildOptions): Promise<void> {
  const { command, readyText, readyWithinMs } = options;
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (what: string): void => reject(new Error(`${command} ${what}:\n${output}`));
    const timer = setTimeout(() => fail('was not ready in time'), readyWithinMs);
    const look = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-10_000);
      if (!readyText.test(output)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.on('error', error => {
      clearTimeout(timer);
      fail(error.message);
    });
    child.on('exit', code => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}
