/**
 * A running cluster in the hands of a program: the library's main object.
 *
 * @module
 */
import type { MessageKind } from '../node/frame.js';
import { type ClusterOptions, resolveOptions } from './cluster-options.js';
import { ControlError, type DiskFault, type KvResult, type NodeSelector } from './control.js';
import { asControlError } from './control-failure.js';
import { DirectoryLock } from './directory-lock.js';
import type { ClusterHandle, CommandResult } from './handle.js';
import type { LinkFaults } from './link.js';
import type { Matrix } from './matrix.js';
import { RuntimeProcess } from './runtime-process.js';
import type { CommandSource, RuntimeSpec } from './runtime-protocol.js';
import type { ClusterStatus } from './status.js';
import { MIN_STATUS_INTERVAL_MS } from './status-feed.js';
import { Subscriptions } from './subscriptions.js';

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** For the error: what was waited for. */
  readonly what?: string;
}

type OpenOptions = Pick<ClusterOptions, 'waitForLeader' | 'onNotice' | 'signal'>;

const WAIT_TIME_LIMIT_MS = 10_000;
/** As long as a timer can be set. */
const FOREVER_MS = 0x7fff_ffff;

/**
 * Starts a cluster, each node in a thread of its own. Resolves when every node's port is open and (unless
 * `waitForLeader` is false) a leader is elected.
 *
 * @example
 * const cluster = await startCluster({ nodes: 3 });
 * await cluster.put('key', 'value');
 * await cluster.kill(0);
 * await cluster.waitForLeader();
 * await cluster.stop();
 *
 * @throws an error with `code`: `port-in-use`, `directory-locked`, `bad-matrix`, or what a node's disk reported;
 *   everything is stopped by then
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  return openCluster(resolveOptions(options), options);
}

/** @param entry of the thread that runs the cluster; left out: one whose nodes are this project's own */
export async function openCluster(spec: RuntimeSpec, options: OpenOptions, entry?: URL): Promise<Cluster> {
  const lock = spec.dataDirectory === null ? null : DirectoryLock.acquire(spec.dataDirectory);
  const subscriptions = new Subscriptions();
  const publish = (status: ClusterStatus): void => subscriptions.publish(status);
  const runtime = new RuntimeProcess(spec, publish, options.onNotice, entry);
  const cluster = new Cluster(runtime, subscriptions, lock);
  const abort = (): void => void cluster.stop();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    // Other hosts may be started at any time later.
    const isAlone = spec.hosts === null;
    await runtime.rpc.call('start', [], isAlone ? undefined : FOREVER_MS);
    if (options.waitForLeader ?? true) {
      const leaderLimitMs = 20 * spec.config.electionTimeoutMaxMs + 5_000;
      await cluster.waitForLeader({ timeoutMs: isAlone ? leaderLimitMs : FOREVER_MS });
    }
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

export class Cluster implements ClusterHandle {
  readonly #runtime: RuntimeProcess;
  readonly #subscriptions: Subscriptions;
  readonly #lock: DirectoryLock | null;
  /** Fail when the runtime ends. */
  readonly #waits = new Set<(error: Error) => void>();
  #stopped: Promise<void> | null = null;

  /** Use `startCluster`. */
  constructor(runtime: RuntimeProcess, subscriptions: Subscriptions, lock: DirectoryLock | null) {
    this.#runtime = runtime;
    this.#subscriptions = subscriptions;
    this.#lock = lock;
    void runtime.ended.then(gone => {
      for (const fail of [...this.#waits]) fail(gone);
    });
    subscriptions.onInterval = intervalMs => {
      runtime.rpc.call('watch', [intervalMs]).catch(() => {});
    };
  }

  /** Settles when the cluster's threads have ended, `stop` called or not: with an error if not. */
  get ended(): Promise<Error | null> {
    return this.#runtime.ended.then(gone => (this.#stopped === null ? gone : null));
  }

  execute(line: string, source: CommandSource = 'api'): Promise<CommandResult> {
    return this.#runtime.rpc.call('execute', [line, source]);
  }

  status(): Promise<ClusterStatus> {
    return this.#runtime.rpc.call('status', []);
  }

  subscribe(listener: (status: ClusterStatus) => void, intervalMs: number): () => void {
    return this.#subscriptions.add(listener, Math.max(MIN_STATUS_INTERVAL_MS, intervalMs));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#runtime.stop().finally(() => {
      this.#subscriptions.close();
      this.#lock?.release();
    });
    return this.#stopped;
  }

  /** Runs one client command, name first (arguments latin1: one character a byte), at a node or at the leader. */
  command(args: readonly string[], node?: number): Promise<KvResult> {
    return asControlError(this.#runtime.rpc.call('kv', [args, node]));
  }

  put(key: string, value: string): Promise<KvResult> {
    return this.command(['SET', key, value]);
  }

  get(key: string, node?: number): Promise<KvResult> {
    return this.command(['GET', key], node);
  }

  delete(key: string): Promise<KvResult> {
    return this.command(['DEL', key]);
  }

  /** Ends the node's thread at once, as a crash would. */
  kill(node: number): Promise<void> {
    return asControlError(this.#runtime.rpc.call('kill', [node]));
  }

  /** Starts a dead node again from its disk. */
  revive(node: number): Promise<void> {
    return asControlError(this.#runtime.rpc.call('revive', [node]));
  }

  /** The node's thread stands still until `resume`. */
  pause(node: number): Promise<void> {
    return asControlError(this.#runtime.rpc.call('pause', [node]));
  }

  resume(node: number): Promise<void> {
    return asControlError(this.#runtime.rpc.call('resume', [node]));
  }

  /** Cuts the node off from all others, in both directions. */
  async isolate(node: number): Promise<void> {
    await this.setLink(node, null, { drop: 1 });
    await this.setLink(null, node, { drop: 1 });
  }

  /** Only nodes of the same group hear each other; a node in no group hears nobody. */
  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    const { nodes } = await this.status();
    const groupOf = new Map(groups.flatMap((group, number) => group.map(node => [node, number])));
    const size = Math.max(...nodes.map(({ node }) => node)) + 1;
    const matrix = Array.from({ length: size }, (_, from) =>
      Array.from({ length: size }, (__, to) => {
        const isTogether = groupOf.has(from) && groupOf.get(from) === groupOf.get(to);
        return from === to || isTogether ? 0 : 1;
      }),
    );
    await this.setMatrix(matrix);
  }

  /** All links perfect again; what they held is delivered. */
  heal(): Promise<void> {
    return asControlError(this.#runtime.rpc.call('healLinks', []));
  }

  setMatrix(rows: Matrix): Promise<void> {
    return asControlError(this.#runtime.rpc.call('setMatrix', [rows]));
  }

  /** Changes the given faults of the selected links; null selects every node. */
  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): Promise<void> {
    return asControlError(this.#runtime.rpc.call('setLink', [from, to, faults]));
  }

  filter(from: NodeSelector, to: NodeSelector, kind: MessageKind, on: boolean): Promise<void> {
    return asControlError(this.#runtime.rpc.call('filter', [from, to, kind, on]));
  }

  setClock(node: number, offsetMs: number, rate = 1): Promise<void> {
    return asControlError(this.#runtime.rpc.call('setClock', [node, offsetMs, rate]));
  }

  setDisk(node: number, fault: DiskFault): Promise<void> {
    return asControlError(this.#runtime.rpc.call('setDisk', [node, fault]));
  }

  /** Adds the next node, on a server of the config: it joins as a learner and votes once it has caught up. */
  addNode(node: number, host?: string): Promise<void> {
    return asControlError(this.#runtime.rpc.call('addNode', [node, host]));
  }

  removeNode(node: number): Promise<void> {
    return asControlError(this.#runtime.rpc.call('removeNode', [node]));
  }

  transferLeadership(to: number): Promise<void> {
    return asControlError(this.#runtime.rpc.call('transferLeadership', [to]));
  }

  snapshot(node: number): Promise<{ readonly index: number }> {
    return asControlError(this.#runtime.rpc.call('snapshot', [node]));
  }

  debug(variable: string, node: number): Promise<unknown> {
    return asControlError(this.#runtime.rpc.call('debug', [variable, node]));
  }

  /**
   * Resolves with the first status of which the condition holds.
   * @throws ControlError `timeout`
   */
  waitFor(condition: (status: ClusterStatus) => boolean, options: WaitOptions = {}): Promise<ClusterStatus> {
    const { timeoutMs = WAIT_TIME_LIMIT_MS, what = 'a condition' } = options;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        unsubscribe();
        this.#waits.delete(fail);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const timer = setTimeout(
        () => fail(new ControlError('timeout', `waited ${timeoutMs} ms for ${what}`)),
        timeoutMs,
      );
      const unsubscribe = this.subscribe(status => {
        if (!condition(status)) return;
        settle();
        resolve(status);
      }, MIN_STATUS_INTERVAL_MS);
      this.#waits.add(fail);
    });
  }

  /** Resolves with the number of a leader whom a majority follows. */
  async waitForLeader(options: WaitOptions = {}): Promise<number> {
    const status = await this.waitFor(({ leader }) => leader !== null, {
      what: 'a leader',
      ...options,
    });
    return status.leader ?? -1;
  }

  /** Resolves when all running members have applied the same log and have the same state. */
  waitForConverged(options: WaitOptions = {}): Promise<ClusterStatus> {
    return this.waitFor(isConverged, { what: 'equal replicas', ...options });
  }
}

/** There is a leader, and every running node has applied what it has committed, with the same result. */
export function isConverged(status: ClusterStatus): boolean {
  const running = status.nodes.filter(({ state }) => state === 'up');
  const leader = running.find(({ node }) => node === status.leader);
  if (leader?.raft === null || leader === undefined) return false;
  const { lastIndex } = leader.raft;
  return running.every(
    ({ raft, stateHash, hashedIndex }) =>
      raft?.applied === lastIndex && hashedIndex === lastIndex && stateHash === leader.stateHash,
  );
}
