/**
 * Starts, watches, kills, pauses and restarts the nodes; the only place that knows in which state each is.
 *
 * @module
 */
import { ControlError } from './control.js';
import type { NodeExit } from './node-process.js';
import { RestartHistory, type RestartPolicy } from './restart-policy.js';
import type { NodeState } from './status.js';

/** What the supervisor needs of a node's thread. */
export interface SupervisedProcess {
  readonly ready: Promise<void>;
  readonly ended: Promise<NodeExit>;
  kill(): Promise<NodeExit>;
  stop(): Promise<NodeExit>;
  pause(): Promise<void>;
  resume(): void;
}

export type LifecycleEvent =
  | { readonly kind: 'up' | 'killed' | 'paused' | 'resumed' | 'stopped' | 'removed' }
  | { readonly kind: 'crashed' | 'faulty'; readonly error: string; readonly code: string | null };

export interface SupervisorOptions<Process extends SupervisedProcess> {
  readonly launch: (node: number) => Process;
  readonly policy: RestartPolicy;
  /** Milliseconds since 1970: a clock set back only makes a window of restarts longer. */
  readonly now: () => number;
  /** Called after the node's state has changed. */
  readonly onEvent: (node: number, event: LifecycleEvent) => void;
}

/** What can be seen of a supervised node. */
export interface Supervised {
  readonly state: NodeState;
  readonly sinceMs: number;
  readonly restarts: number;
  readonly lastError: string | null;
}

interface SupervisedNode<Process> {
  state: NodeState;
  sinceMs: number;
  /** Starts after the first one, whoever asked for them. */
  restarts: number;
  lastError: string | null;
  process: Process | null;
  restartTimer: NodeJS.Timeout | null;
  readonly history: RestartHistory;
}

export class Supervisor<Process extends SupervisedProcess> {
  readonly #options: SupervisorOptions<Process>;
  readonly #nodes = new Map<number, SupervisedNode<Process>>();
  #isStopping = false;

  constructor(options: SupervisorOptions<Process>) {
    this.#options = options;
  }

  get nodes(): readonly number[] {
    return [...this.#nodes.keys()];
  }

  describe(node: number): Supervised {
    const { state, sinceMs, restarts, lastError } = this.#record(node);
    return { state, sinceMs, restarts, lastError };
  }

  /** The thread of a node that is starting, up or paused; else null. */
  process(node: number): Process | null {
    return this.#nodes.get(node)?.process ?? null;
  }

  /** The thread of a node that can answer. @throws ControlError `node-down` */
  running(node: number): Process {
    const record = this.#record(node);
    if (record.process === null || record.state !== 'up') throw notRunning(node, record);
    return record.process;
  }

  /**
   * Starts a node for the first time. Resolves when it serves.
   * @throws what the node said, without another attempt
   */
  async start(node: number): Promise<void> {
    if (this.#nodes.has(node) && this.#record(node).state !== 'removed') {
      throw new ControlError('node-up', `node ${node} exists already`);
    }
    await this.#launch(node, this.#enter(node, 'down'), false);
  }

  /** A node that was removed in an earlier life of the cluster: known, never started. */
  enterRemoved(node: number): void {
    this.#enter(node, 'removed');
  }

  async kill(node: number): Promise<void> {
    const record = this.#record(node);
    if (record.restartTimer !== null) {
      this.#cancelRestart(record);
      this.#change(node, record, 'down', { kind: 'killed' });
      return;
    }
    if (record.process === null) throw notRunning(node, record);
    await record.process.kill();
  }

  /** Starts a dead node from its disk. Resolves when it serves. */
  async revive(node: number): Promise<void> {
    const record = this.#record(node);
    if (record.state === 'removed') throw notRunning(node, record);
    if (record.process !== null) {
      const hint = record.state === 'paused' ? ' (paused: resume it)' : '';
      throw new ControlError('node-up', `node ${node} is ${record.state}${hint}`);
    }
    this.#cancelRestart(record);
    record.history.forgive();
    record.restarts++;
    await this.#launch(node, record, false);
  }

  async pause(node: number): Promise<void> {
    const record = this.#record(node);
    if (record.state === 'paused') throw new ControlError('refused', `node ${node} is paused already`);
    const process = this.running(node);
    await process.pause();
    if (record.process !== process || record.state !== 'up') return;
    this.#change(node, record, 'paused', { kind: 'paused' });
  }

  async resume(node: number): Promise<void> {
    const record = this.#record(node);
    if (record.state !== 'paused') {
      throw new ControlError('refused', `node ${node} is not paused: it is ${record.state}`);
    }
    record.process?.resume();
    this.#change(node, record, 'up', { kind: 'resumed' });
  }

  /** Ends a node for good. */
  async remove(node: number): Promise<void> {
    const record = this.#record(node);
    this.#cancelRestart(record);
    await record.process?.stop();
    this.#change(node, record, 'removed', { kind: 'removed' });
  }

  /** Ends every node; none is restarted. */
  async stopAll(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(
      [...this.#nodes.values()].map(async record => {
        this.#cancelRestart(record);
        await record.process?.stop();
      }),
    );
  }

  #enter(node: number, state: NodeState): SupervisedNode<Process> {
    const record: SupervisedNode<Process> = {
      state,
      sinceMs: this.#options.now(),
      restarts: 0,
      lastError: null,
      process: null,
      restartTimer: null,
      history: new RestartHistory(this.#options.policy),
    };
    this.#nodes.set(node, record);
    return record;
  }

  async #launch(node: number, record: SupervisedNode<Process>, isRestart: boolean): Promise<void> {
    if (this.#isStopping) throw new ControlError('refused', 'the cluster is stopping');
    const process = this.#createProcess(node, record, isRestart);
    record.process = process;
    record.state = 'starting';
    record.sinceMs = this.#options.now();
    let isServing = false;
    const ended = process.ended.then(exit => this.#onEnd(node, record, exit, isServing || isRestart));
    try {
      await process.ready;
    } catch (error) {
      await ended;
      throw error;
    }
    isServing = true;
    if (record.process === process && record.state === 'starting') {
      this.#change(node, record, 'up', { kind: 'up' });
    }
  }

  /** The system may have no thread to give: then a restart has failed like any other, and the policy decides. */
  #createProcess(node: number, record: SupervisedNode<Process>, isRestart: boolean): Process {
    try {
      return this.#options.launch(node);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const exit = { reason: 'crashed', exitCode: 1, error, errorCode: 'not-launched' } as const;
      if (isRestart) this.#onEnd(node, record, exit, true);
      throw error;
    }
  }

  #onEnd(node: number, record: SupervisedNode<Process>, exit: NodeExit, mayRestart: boolean): void {
    record.process = null;
    if (exit.reason !== 'crashed') {
      this.#change(node, record, 'down', { kind: exit.reason });
      return;
    }
    const error = exit.error?.message ?? `thread ended with exit code ${exit.exitCode}`;
    const code = exit.errorCode;
    record.lastError = error;
    const decision = record.history.decide(this.#options.now(), code);
    if (decision === 'give-up') {
      this.#change(node, record, 'faulty', { kind: 'faulty', error, code });
      return;
    }
    this.#change(node, record, 'down', { kind: 'crashed', error, code });
    if (decision === 'restart' && mayRestart && !this.#isStopping) this.#restartLater(node, record);
  }

  #restartLater(node: number, record: SupervisedNode<Process>): void {
    record.restartTimer = setTimeout(() => {
      record.restartTimer = null;
      record.restarts++;
      // A failed start comes back to #onEnd, and is judged there.
      this.#launch(node, record, true).catch(() => {});
    }, this.#options.policy.delayMs);
  }

  #cancelRestart(record: SupervisedNode<Process>): void {
    if (record.restartTimer !== null) clearTimeout(record.restartTimer);
    record.restartTimer = null;
  }

  #change(node: number, record: SupervisedNode<Process>, state: NodeState, event: LifecycleEvent): void {
    record.state = state;
    record.sinceMs = this.#options.now();
    this.#options.onEvent(node, event);
  }

  #record(node: number): SupervisedNode<Process> {
    const record = this.#nodes.get(node);
    if (record === undefined) throw new ControlError('bad-node', `there is no node ${node}`);
    return record;
  }
}

function notRunning(node: number, record: SupervisedNode<unknown>): ControlError {
  const reason = record.lastError === null ? '' : ` (${record.lastError})`;
  return new ControlError('node-down', `node ${node} is ${record.state}${reason}`);
}
