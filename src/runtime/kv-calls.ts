/**
 * Runs single client commands for operators, at the node they name, by the rules of the gateway.
 *
 * @module
 */
import type { BatchId, Engine, Outcome } from '../engine/engine.js';
import { appendCommand, checkCommand } from '../kv/admission.js';
import { BatchBuilder } from '../kv/batch-builder.js';
import type { Command } from '../kv/commands/command.js';
import { commandNamed } from '../kv/commands/table.js';
import { DATA_FULL, unknownCommand } from '../kv/error-replies.js';
import { mayGrow } from '../kv/growth.js';
import type { Limits } from '../kv/limits.js';
import { type ErrorReply, isErrorReply, type Reply } from '../kv/reply.js';
import type { KvResult } from './control.js';
import type { DataLimit } from './data-limit.js';
import { replyText } from './reply-text.js';

type Settle = (outcome: Outcome) => void;

export class KvCalls {
  readonly #engine: Engine;
  readonly #limits: Limits;
  readonly #dataLimit: DataLimit;
  readonly #waiting = new Map<BatchId, Settle>();
  #lastId = 0;

  constructor(engine: Engine, limits: Limits, dataLimit: DataLimit) {
    this.#engine = engine;
    this.#limits = limits;
    this.#dataLimit = dataLimit;
    engine.onOutcome(outcome => {
      this.#waiting.get(outcome.id)?.(outcome);
      this.#waiting.delete(outcome.id);
    });
  }

  /** Always answers: the node gives every batch an outcome in time. */
  async run(words: readonly string[]): Promise<KvResult> {
    const startedAtMs = performance.now();
    const [name = '', ...args] = words;
    const command = commandNamed(name);
    const refusal =
      command === undefined
        ? unknownCommand(name, args)
        : (checkCommand(command, args, this.#limits) ?? this.#sizeRefusal(command, args));
    if (command === undefined || refusal !== null) return certain(refusal, startedAtMs);
    this.#lastId++;
    const id = this.#lastId;
    const outcome = await new Promise<Outcome>(settle => {
      this.#waiting.set(id, settle);
      if (command.access === 'read') {
        this.#engine.read(id, [words], 'linearizable');
        return;
      }
      const batch = new BatchBuilder(this.#limits);
      appendCommand(batch, command, args);
      this.#engine.submit(id, batch);
    });
    return describeOutcome(outcome, startedAtMs);
  }

  #sizeRefusal(command: Command, args: readonly string[]): ErrorReply | null {
    return this.#dataLimit.isReached && mayGrow(command, args) ? DATA_FULL : null;
  }
}

function describeOutcome(outcome: Outcome, startedAtMs: number): KvResult {
  const elapsedMs = performance.now() - startedAtMs;
  if (outcome.kind === 'done') {
    const { index, term } = outcome;
    return { ...certain(outcome.replies[0] ?? null, startedAtMs), index, term };
  }
  const unknown = outcome.kind === 'unknown';
  return { ok: false, unknown, text: outcome.message, value: null, index: null, term: null, elapsedMs };
}

const certain = (reply: Reply, startedAtMs: number): KvResult => ({
  ok: !isErrorReply(reply),
  unknown: false,
  text: replyText(reply),
  value: typeof reply === 'string' ? reply : null,
  index: null,
  term: null,
  elapsedMs: performance.now() - startedAtMs,
});
