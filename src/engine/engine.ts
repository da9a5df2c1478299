/**
 * The one seam between a front (gateway, harness, KV panel) and what stores the data.
 *
 * A front hands over batches and gets exactly one outcome for each. An outcome is certain (`done`, `refused`) or
 * `unknown`; a `refused` batch was not and never will be executed.
 *
 * @module
 */
import type { BatchBuilder } from '../kv/batch-builder.js';
import type { ChangeObserver } from '../kv/change-observer.js';
import type { BatchId, CommandArguments, Outcome, ReadConsistency, RefusalCode } from '../node/outcome.js';

export type { BatchId, CommandArguments, Outcome, ReadConsistency, RefusalCode };

export interface LeaderHint {
  readonly node: number;
  readonly host: string;
  readonly port: number;
}

export interface Engine {
  /**
   * Executes the records in order, each of them wholly or not at all: all as one log entry, or as transactions one after
   * the other. Takes ownership of the builder's bytes.
   */
  submit(id: BatchId, batch: BatchBuilder): void;
  /** Executes read-only commands against one state of the store. */
  read(id: BatchId, commands: readonly CommandArguments[], consistency: ReadConsistency): void;
  /** Called once per batch, never from within `submit` or `read`. */
  onOutcome(listener: (outcome: Outcome) => void): void;
  /**
   * Tells one observer of every key that changes in this replica, as it applies the change; null: tells nobody.
   *
   * @returns false: this engine never tells anybody
   */
  observe(observer: ChangeObserver | null): boolean;
  /** Where writes go now, if known. */
  leader(): LeaderHint | null;
  /** This engine's own description for INFO and `RAFT STATUS`, as JSON-able data. */
  describe(): Readonly<Record<string, unknown>>;
}
