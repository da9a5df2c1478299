/**
 * An engine that counts what went through it, for the status.
 *
 * @module
 */
import type { BatchId, Engine, Outcome } from '../engine/engine.js';
import { LatencyHistogram } from '../runtime/latency-histogram.js';

interface Pending {
  readonly isWrite: boolean;
  readonly startedAtMs: number;
}

export class CountingEngine implements Engine {
  readonly #engine: Engine;
  readonly #pending = new Map<BatchId, Pending>();
  #listener: (outcome: Outcome) => void = () => {};
  /** Commands done, since the start. */
  writes = 0;
  reads = 0;
  /** From hand-over to outcome, one record a command. */
  readonly writeLatency = new LatencyHistogram();

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.onOutcome(outcome => this.#settle(outcome));
  }

  submit(...[id, batch]: Parameters<Engine['submit']>): void {
    this.#pending.set(id, { isWrite: true, startedAtMs: performance.now() });
    this.#engine.submit(id, batch);
  }

  read(...[id, commands, consistency]: Parameters<Engine['read']>): void {
    this.#pending.set(id, { isWrite: false, startedAtMs: performance.now() });
    this.#engine.read(id, commands, consistency);
  }

  onOutcome(listener: (outcome: Outcome) => void): void {
    this.#listener = listener;
  }

  observe(observer: Parameters<Engine['observe']>[0]): boolean {
    return this.#engine.observe(observer);
  }

  leader(): ReturnType<Engine['leader']> {
    return this.#engine.leader();
  }

  describe(): ReturnType<Engine['describe']> {
    return this.#engine.describe();
  }

  #settle(outcome: Outcome): void {
    const pending = this.#pending.get(outcome.id);
    this.#pending.delete(outcome.id);
    if (pending !== undefined && outcome.kind === 'done') this.#count(pending, outcome.replies.length);
    this.#listener(outcome);
  }

  #count({ isWrite, startedAtMs }: Pending, commands: number): void {
    if (!isWrite) {
      this.reads += commands;
      return;
    }
    this.writes += commands;
    this.writeLatency.record(performance.now() - startedAtMs, commands);
  }
}
