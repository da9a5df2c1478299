/**
 * One life of a node: a worker thread from its start to its end. What happens after the end is the supervisor's.
 *
 * @module
 */
import type { Readable } from 'node:stream';
import { MessageChannel, type MessagePort, type ResourceLimits, Worker } from 'node:worker_threads';
import type { Frame } from '../node/frame.js';
import { ControlError } from './control.js';
import type { PeerPort } from './forwarder.js';
import type { Life } from './forwarding-table.js';
import { Mailbox } from './mailbox.js';
import { createNodeFlags, NodeFlags } from './node-flags.js';
import { type Callable, NodeGone, RpcClient } from './rpc.js';
import type { Sleeper } from './sleep-watch.js';

/** How a node's life ended. */
export interface NodeExit {
  readonly reason: 'stopped' | 'killed' | 'crashed';
  readonly exitCode: number;
  /** Only of a crash: what went wrong, and its stable code. */
  readonly error: Error | null;
  readonly errorCode: string | null;
}

/** What every node's thread answers to, whatever else it does. */
export interface NodeLifecycle {
  /** Ends cleanly: answers when everything is flushed and closed. */
  stop(): Promise<void>;
}

/** From the node's thread, besides its own signals. */
export type LifecycleSignal =
  | { readonly kind: 'ready' }
  | { readonly kind: 'paused' }
  /** Last words before the thread ends by an error: its code would not survive otherwise. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** What a node's thread finds in `workerData`. */
export interface NodeWorkerData<Spec> {
  readonly spec: Spec;
  readonly flags: SharedArrayBuffer;
  /** Where its frames may go without the router's thread. */
  readonly forwarding: SharedArrayBuffer;
  /** Frames: from the node those of a turn together, to the node one by one, and the ways to its peers. */
  readonly dataPort: MessagePort;
  /** The runtime calls the node. */
  readonly controlPort: MessagePort;
  /** The node calls the runtime. */
  readonly clusterPort: MessagePort;
}

/** Who it is for its peers. */
export interface NodeIdentity {
  readonly node: number;
  readonly life: Life;
}

export interface NodeProcessOptions {
  readonly identity: NodeIdentity;
  readonly name: string;
  readonly entry: URL;
  readonly forwarding: SharedArrayBuffer;
  /** Structured-cloneable; what the thread finds as `workerData.spec`. */
  readonly spec: unknown;
  /** Exposes to the node what it may call of the runtime. */
  readonly exposeCluster: (port: MessagePort) => void;
  readonly resourceLimits: ResourceLimits;
  readonly callTimeoutMs: number;
}

export interface NodeProcessHooks<Signal> {
  readonly onFrame: (frame: Frame) => void;
  /** The node serves; called before `ready` settles. */
  readonly onReady?: () => void;
  /** Everything the thread posts that is not a lifecycle signal. */
  readonly onSignal: (signal: Signal) => void;
  /** A line that the thread printed. */
  readonly onOutput: (line: string) => void;
  readonly onExit: (exit: NodeExit) => void;
}

/** A thread that does not stop by itself within this time is terminated. */
const STOP_TIME_LIMIT_MS = 300;
/** A node is paused between two turns; a turn held up by its disk takes longer. */
const PAUSE_TIME_LIMIT_MS = 5_000;
const MAX_OUTPUT_LINE = 1_000;

export class NodeProcess<Api extends NodeLifecycle & Callable<Api>, Signal> {
  readonly mailbox: Mailbox;
  readonly rpc: RpcClient<Api>;
  /** Settles when the node serves, or with the reason why it does not. */
  readonly ready: Promise<void>;
  /** Settles, and never rejects, when the thread has ended. */
  readonly ended: Promise<NodeExit>;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #identity: NodeIdentity;
  readonly #shared: SharedArrayBuffer;
  readonly #flags: NodeFlags;
  readonly #sleeper: Sleeper;
  readonly #dataPort: MessagePort;
  readonly #clusterPort: MessagePort;
  readonly #hooks: NodeProcessHooks<Signal>;
  #endReason: 'stopped' | 'killed' | null = null;
  #failure: { readonly error: Error; readonly code: string } | null = null;
  #settleReady: { readonly resolve: () => void; readonly reject: (error: Error) => void };
  #onPaused: (() => void) | null = null;
  #pausing: Promise<void> | null = null;

  constructor(options: NodeProcessOptions, hooks: NodeProcessHooks<Signal>) {
    this.#name = options.name;
    this.#hooks = hooks;
    const shared = createNodeFlags();
    this.#identity = options.identity;
    this.#shared = shared;
    this.#flags = new NodeFlags(shared);
    const data = new MessageChannel();
    const control = new MessageChannel();
    const cluster = new MessageChannel();
    this.#dataPort = data.port1;
    this.#clusterPort = cluster.port1;
    this.mailbox = new Mailbox(data.port1, this.#flags);
    this.rpc = new RpcClient<Api>(control.port1, options.name, options.callTimeoutMs);
    options.exposeCluster(cluster.port1);
    data.port1.on('message', (frames: readonly Frame[]) => {
      for (const frame of frames) hooks.onFrame(frame);
    });
    this.#settleReady = { resolve: () => {}, reject: () => {} };
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    // Whoever starts the process awaits it; an exit before that must not be an unhandled rejection.
    this.ready.catch(() => {});
    this.#worker = startWorker(options, {
      spec: options.spec,
      flags: shared,
      forwarding: options.forwarding,
      dataPort: data.port2,
      controlPort: control.port2,
      clusterPort: cluster.port2,
    });
    this.#sleeper = { flags: this.#flags, wake: () => this.#worker.postMessage('wake') };
    this.ended = this.#watch();
  }

  /** Gives each of the two a way to the other's mailbox, for as long as both live. */
  connect(other: NodeProcess<Api, Signal>): void {
    const { port1, port2 } = new MessageChannel();
    this.#meet(other, port1);
    other.#meet(this, port2);
  }

  #meet(other: NodeProcess<Api, Signal>, port: MessagePort): void {
    const peer: PeerPort = { ...other.#identity, port, flags: other.#shared };
    this.#dataPort.postMessage(peer, [port]);
  }

  /** Whether the node's reports are shown to somebody at an interval. */
  setWatched(isWatched: boolean): void {
    this.#flags.setWatched(isWatched);
  }

  /** For who wakes it from long sleeps. */
  get sleeper(): Sleeper {
    return this.#sleeper;
  }

  get isPaused(): boolean {
    return this.#flags.isPaused;
  }

  /** Ends the thread where it stands: nothing is flushed, nothing is closed. Works on a paused node too. */
  async kill(): Promise<NodeExit> {
    this.#endReason ??= 'killed';
    await this.#worker.terminate();
    return this.ended;
  }

  /** Ends the node in order; a node that is paused or does not answer is terminated. */
  async stop(): Promise<NodeExit> {
    this.#endReason ??= 'stopped';
    if (!this.isPaused) {
      await this.rpc.call('stop', [] as Parameters<Api['stop']>, STOP_TIME_LIMIT_MS).catch(() => {});
    }
    await this.#worker.terminate();
    return this.ended;
  }

  /** Resolves when the thread really stands still; whoever asks again meanwhile waits for the same. */
  pause(): Promise<void> {
    this.#pausing ??= this.#pause().finally(() => {
      this.#pausing = null;
    });
    return this.#pausing;
  }

  async #pause(): Promise<void> {
    const standsStill = new Promise<void>(resolve => {
      this.#onPaused = resolve;
    });
    this.#flags.pause();
    // An idle thread looks at the switch only when something wakes it.
    this.#worker.postMessage('wake');
    const limit = deadline(PAUSE_TIME_LIMIT_MS);
    const outcome = await Promise.race([
      standsStill.then(() => 'paused' as const),
      this.ended.then(() => 'ended' as const),
      limit.passed.then(() => 'late' as const),
    ]);
    limit.cancel();
    this.#onPaused = null;
    if (outcome === 'paused') return;
    this.#flags.resume();
    if (outcome === 'ended') throw new ControlError('node-down', `${this.#name} ended meanwhile`);
    throw new ControlError('timeout', `${this.#name} did not stand still in ${PAUSE_TIME_LIMIT_MS} ms`);
  }

  resume(): void {
    this.#flags.resume();
  }

  #watch(): Promise<NodeExit> {
    const worker = this.#worker;
    worker.on('message', (signal: LifecycleSignal | Signal) => this.#onSignal(signal));
    worker.on('error', error => this.#fail(error, codeOf(error)));
    forwardLines(worker.stdout, this.#hooks.onOutput);
    forwardLines(worker.stderr, this.#hooks.onOutput);
    return new Promise(resolve => {
      worker.once('exit', exitCode => {
        const exit = this.#describeExit(exitCode);
        const gone = new NodeGone(this.#name, exitCode, exit.error ?? undefined);
        this.#settleReady.reject(exit.error ?? gone);
        this.rpc.end(gone);
        this.#dataPort.close();
        this.#clusterPort.close();
        resolve(exit);
        this.#hooks.onExit(exit);
      });
    });
  }

  #onSignal(signal: LifecycleSignal | Signal): void {
    if (!isLifecycleSignal(signal)) {
      this.#hooks.onSignal(signal);
      return;
    }
    switch (signal.kind) {
      case 'ready':
        this.#hooks.onReady?.();
        this.#settleReady.resolve();
        return;
      case 'paused':
        this.#onPaused?.();
        return;
      case 'failed':
        this.#fail(new NodeFailure(signal.code, signal.message), signal.code);
        return;
      default:
        assertNever(signal);
    }
  }

  /** The first error is the cause; what follows is its consequence. */
  #fail(error: Error, code: string): void {
    this.#failure ??= { error, code };
  }

  #describeExit(exitCode: number): NodeExit {
    if (this.#endReason !== null) {
      return { reason: this.#endReason, exitCode, error: null, errorCode: null };
    }
    const error = this.#failure?.error ?? null;
    return { reason: 'crashed', exitCode, error, errorCode: this.#failure?.code ?? null };
  }
}

/** What a node said before it ended by an error. `code` is the node's. */
class NodeFailure extends Error {
  override readonly name = 'NodeFailure';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function startWorker(options: NodeProcessOptions, workerData: NodeWorkerData<unknown>): Worker {
  return new Worker(options.entry, {
    name: options.name,
    workerData,
    transferList: [workerData.dataPort, workerData.controlPort, workerData.clusterPort],
    stdout: true,
    stderr: true,
    execArgv: [],
    resourceLimits: options.resourceLimits,
  });
}

const isLifecycleSignal = (signal: unknown): signal is LifecycleSignal => {
  if (typeof signal !== 'object' || signal === null || !('kind' in signal)) return false;
  return signal.kind === 'ready' || signal.kind === 'paused' || signal.kind === 'failed';
};

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'error';

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  stream.setEncoding('utf8');
  let rest = '';
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, MAX_OUTPUT_LINE);
    for (const line of lines) onLine(line.slice(0, MAX_OUTPUT_LINE));
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

function deadline(delayMs: number): { readonly passed: Promise<void>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>(resolve => {
    timer = setTimeout(resolve, delayMs);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected ${JSON.stringify(value)}`);
}
