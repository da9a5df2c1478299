/**
 * What the execution of a command works with: the cluster, the clock, and what the session remembers.
 *
 * @module
 */
import { type ClusterControl, ControlError } from '../runtime/control.js';
import { Random } from '../runtime/random.js';
import type { OpenWorkload, WorkloadRunner } from './workload.js';

export interface InterpreterOptions {
  /** Of the random choices commands make; left out: the cluster's seed. */
  readonly seed?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  /** Left out: `workload` is refused. */
  readonly openWorkload?: OpenWorkload;
}

/** Names a session may hold; more than anyone gives by hand. */
const MAX_NAMES = 1000;

export class ExecutionContext {
  readonly control: ClusterControl;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  random: Random;
  seed: number;
  readonly #names = new Map<string, number>();
  readonly #openWorkload: OpenWorkload | null;
  #workload: Promise<WorkloadRunner> | null = null;

  constructor(control: ClusterControl, options: InterpreterOptions) {
    this.control = control;
    this.#openWorkload = options.openWorkload ?? null;
    this.now = options.now ?? (() => performance.now());
    this.sleep = options.sleep ?? (ms => new Promise(resolve => setTimeout(resolve, ms)));
    this.seed = options.seed ?? control.status().seed;
    this.random = new Random(this.seed);
  }

  reseed(seed: number): void {
    this.seed = seed;
    this.random = new Random(seed);
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#names.keys());
  }

  /** @throws ControlError `refused` when there are too many names */
  setName(name: string, value: number): void {
    if (this.#names.size >= MAX_NAMES && !this.#names.has(name)) {
      throw new ControlError('refused', `${MAX_NAMES} names are in use already`);
    }
    this.#names.set(name, value);
  }

  /** @throws ControlError `bad-value` when nothing has this name */
  valueOf(name: string): number {
    const value = this.#names.get(name);
    if (value === undefined) throw new ControlError('bad-value', `$${name} is not set`);
    return value;
  }

  /** The load of this session, opened at its first use. @throws ControlError `unsupported` where there is none */
  workload(): Promise<WorkloadRunner> {
    if (this.#openWorkload === null) throw new ControlError('unsupported', 'there are no workloads here');
    const { nodes } = this.control.status();
    const members = nodes.filter(({ state }) => state !== 'removed');
    if (this.#workload === null) {
      const opened = this.#openWorkload(
        members.map(({ host, port }) => ({ host, port })),
        this.seed,
      );
      this.#workload = opened;
      // The next `workload` tries anew.
      opened.catch(() => {
        if (this.#workload === opened) this.#workload = null;
      });
    }
    return this.#workload;
  }

  /** @throws ControlError `refused` when none was started */
  existingWorkload(): Promise<WorkloadRunner> {
    if (this.#workload === null) throw new ControlError('refused', 'no workload was started');
    return this.#workload;
  }

  async close(): Promise<void> {
    const runner = await this.#workload?.catch(() => null);
    await runner?.close();
  }

  /** `count` different ones of `items`, in the order drawn. */
  draw<T>(items: readonly T[], count: number): readonly T[] {
    const left = [...items];
    const drawn: T[] = [];
    while (drawn.length < count && left.length > 0) {
      drawn.push(...left.splice(this.random.below(left.length), 1));
    }
    return drawn;
  }
}
