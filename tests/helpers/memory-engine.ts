/**
 * An engine for tests of a front: the real state machine on one node, applied at once, and outcomes on demand.
 *
 * @module
 */
import type {
  BatchId,
  CommandArguments,
  Engine,
  LeaderHint,
  Outcome,
  ReadConsistency,
  RefusalCode,
} from '../../src/engine/engine.js';
import { stampTime } from '../../src/kv/batch.js';
import type { BatchBuilder } from '../../src/kv/batch-builder.js';
import type { ChangeObserver } from '../../src/kv/change-observer.js';
import { StateMachine } from '../../src/kv/state-machine.js';

/**
 * `execute`: as usual. `refuse`: nothing is executed. `lose`: executed, but the outcome is said to be unknown.
 * `hold`: executed when `release` is called.
 */
export type EngineMode =
  | { readonly kind: 'execute' | 'lose' | 'hold' }
  | { readonly kind: 'refuse'; readonly code: RefusalCode };

export class MemoryEngine implements Engine {
  readonly machine = new StateMachine();
  mode: EngineMode = { kind: 'execute' };
  hint: LeaderHint | null = { node: 0, host: '127.0.0.1', port: 0 };
  /** Batches and reads that came in. */
  writeBatches = 0;
  readBatches = 0;
  largestBatchBytes = 0;
  readonly consistencies = new Set<ReadConsistency>();
  #listener: (outcome: Outcome) => void = () => undefined;
  #sequence = 0;
  readonly #held: (() => Outcome)[] = [];

  submit(id: BatchId, batch: BatchBuilder): void {
    this.writeBatches++;
    this.largestBatchBytes = Math.max(this.largestBatchBytes, batch.byteLength);
    const data = batch.finish(1, 1, ++this.#sequence);
    this.#run(id, () => {
      stampTime(data, Date.now());
      const applied = this.machine.apply(this.machine.lastApplied + 1, 1, data);
      if (applied.outcome !== 'applied') throw new Error(`batch ${id} was ${applied.outcome}`);
      return { kind: 'done', id, replies: applied.replies, index: this.machine.lastApplied, term: 1 };
    });
  }

  read(id: BatchId, commands: readonly CommandArguments[], consistency: ReadConsistency): void {
    this.readBatches++;
    this.consistencies.add(consistency);
    this.#run(id, () => {
      const replies = commands.map(words => this.machine.readWords(words, Date.now()));
      return { kind: 'done', id, replies, index: this.machine.lastApplied, term: 1 };
    });
  }

  onOutcome(listener: (outcome: Outcome) => void): void {
    this.#listener = listener;
  }

  observe(observer: ChangeObserver | null): boolean {
    this.machine.observe(observer);
    return true;
  }

  leader(): LeaderHint | null {
    return this.hint;
  }

  describe(): Readonly<Record<string, unknown>> {
    return { term: 1, applied: this.machine.lastApplied, state: 'leader' };
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** Executes what was held, oldest first. */
  release(): void {
    for (const run of this.#held.splice(0)) this.#listener(run());
  }

  #run(id: BatchId, execute: () => Outcome): void {
    const { mode } = this;
    switch (mode.kind) {
      case 'hold':
        this.#held.push(execute);
        return;
      case 'refuse':
        this.#later({ kind: 'refused', id, code: mode.code, message: 'refused by the test' });
        return;
      case 'lose':
        execute();
        this.#later({ kind: 'unknown', id, message: 'lost by the test' });
        return;
      case 'execute':
        this.#later(execute());
    }
  }

  #later(outcome: Outcome): void {
    queueMicrotask(() => this.#listener(outcome));
  }
}
