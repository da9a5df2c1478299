/**
 * One etcd as the supervisor sees a node: a process that is started, watched, paused and killed.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { NodeExit } from '../runtime/node-process.js';
import type { SupervisedProcess } from '../runtime/supervisor.js';
import { EtcdClusterError } from './etcd-cluster-error.js';
import type { MemberPlan } from './member-plan.js';

export interface MemberProcessOptions {
  readonly member: MemberPlan;
  /** False: nobody will read its data again, so that it need not end in order. */
  readonly isKept: boolean;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly onStarted: (pid: number) => void;
  /** A line of what it prints. */
  readonly onOutput: (line: string) => void;
  readonly onExit: (pid: number, exit: NodeExit) => void;
}

const POLL_MS = 20;
const READY_LIMIT_MS = 20_000;
/** An orderly end hands the leadership over; whoever takes longer is killed. */
const STOP_LIMIT_MS = 2_000;
const MAX_LINE = 500;

export class MemberProcess implements SupervisedProcess {
  /** Settles when its peer port is open, or with the reason why it will not be. */
  readonly ready: Promise<void>;
  readonly ended: Promise<NodeExit>;
  readonly #options: MemberProcessOptions;
  readonly #child: ChildProcess;
  #endReason: 'stopped' | 'killed' | null = null;
  #hasEnded = false;
  #isPaused = false;
  #lastLine = '';

  constructor(options: MemberProcessOptions) {
    this.#options = options;
    this.#child = spawn('etcd', options.args, {
      env: options.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (this.#child.pid !== undefined) options.onStarted(this.#child.pid);
    this.#readLines();
    this.ended = this.#watch();
    this.ready = this.#untilOpen();
    // Whoever starts the process awaits it; an exit before that must not be an unhandled rejection.
    this.ready.catch(() => {});
  }

  async kill(): Promise<NodeExit> {
    this.#endReason ??= 'killed';
    this.#child.kill('SIGKILL');
    return this.ended;
  }

  async stop(): Promise<NodeExit> {
    this.#endReason ??= 'stopped';
    this.#child.kill(this.#isPaused || !this.#options.isKept ? 'SIGKILL' : 'SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const exit = await this.ended;
    clearTimeout(timer);
    return exit;
  }

  async pause(): Promise<void> {
    this.#isPaused = this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
    this.#isPaused = false;
  }

  #watch(): Promise<NodeExit> {
    return new Promise(resolve => {
      const end = (exitCode: number | null, signal: string | null, error: Error | null): void => {
        if (this.#hasEnded) return;
        this.#hasEnded = true;
        const exit = this.#describe(exitCode ?? -1, signal, error);
        resolve(exit);
        this.#options.onExit(this.#child.pid ?? 0, exit);
      };
      this.#child.once('error', error => end(null, null, error));
      this.#child.once('exit', (exitCode, signal) => end(exitCode, signal, null));
    });
  }

  #describe(exitCode: number, signal: string | null, error: Error | null): NodeExit {
    if (this.#endReason !== null) {
      return { reason: this.#endReason, exitCode, error: null, errorCode: null };
    }
    const how = signal === null ? `exit code ${exitCode}` : signal;
    const said = this.#lastLine === '' ? '' : `: ${this.#lastLine}`;
    const cause = error ?? new EtcdClusterError('member-ended', `etcd ended (${how})${said}`);
    return { reason: 'crashed', exitCode, error: cause, errorCode: 'member-ended' };
  }

  #readLines(): void {
    let rest = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, MAX_LINE);
      for (const line of lines) {
        if (line.trim() === '') continue;
        this.#lastLine = messageOf(line).slice(0, MAX_LINE);
        this.#options.onOutput(this.#lastLine);
      }
    });
  }

  /** What it serves beyond that needs the others. */
  async #untilOpen(): Promise<void> {
    const { host, peerPort } = this.#options.member;
    const endMs = performance.now() + READY_LIMIT_MS;
    while (!this.#hasEnded) {
      if (await accepts(host, peerPort)) return;
      if (performance.now() > endMs) {
        await this.kill();
        throw new EtcdClusterError('member-ended', `etcd opened no port within ${READY_LIMIT_MS} ms`);
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
    }
    const { error } = await this.ended;
    throw error ?? new EtcdClusterError('member-ended', 'etcd was ended while it started');
  }
}

/** etcd writes JSON lines; of those the message and the error are worth showing. */
function messageOf(line: string): string {
  try {
    const { msg, error } = JSON.parse(line) as { readonly msg?: string; readonly error?: string };
    return [msg, error].filter(part => part !== undefined).join(': ');
  } catch {
    return line;
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
