/**
 * A state machine with its own log, driven by command words.
 *
 * @module
 */
import { appendCommand, checkCommand } from '../../src/kv/admission.js';
import { encodeTimeTick, stampTime } from '../../src/kv/batch.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import { unknownCommand } from '../../src/kv/error-replies.js';
import type { Limits } from '../../src/kv/limits.js';
import type { Reply } from '../../src/kv/reply.js';
import { type AppliedBatch, StateMachine } from '../../src/kv/state-machine.js';

export type Words = readonly string[];

export const START_MS = 1_700_000_000_000;

export class Replica {
  readonly machine = new StateMachine();
  readonly builder: BatchBuilder;
  nowMs = START_MS;
  #sequence = 0;

  constructor(limits?: Limits) {
    this.builder = new BatchBuilder(limits);
  }

  /** What the builder holds, stamped and applied as the next entry. */
  applyBuilt(): AppliedBatch {
    const data = this.builder.finish(1, 1, ++this.#sequence);
    stampTime(data, this.nowMs);
    return this.apply(data);
  }

  apply(data: Uint8Array): AppliedBatch {
    return this.machine.apply(this.machine.lastApplied + 1, 1, data);
  }

  /** One batch of commands; they must be admissible. */
  runAll(commands: readonly Words[]): readonly Reply[] {
    for (const words of commands) appendWords(this.builder, words);
    return this.applyBuilt().replies;
  }

  /** One command in a batch of its own, or the error that keeps it out of the log. */
  run(...words: Words): Reply {
    const [name = '', ...args] = words;
    const command = commandNamed(name);
    if (command === undefined) return unknownCommand(name, args);
    const refusal = checkCommand(command, args);
    if (refusal !== null) return refusal;
    return this.runAll([words])[0] ?? null;
  }

  read(...words: Words): Reply {
    return this.machine.readWords(words);
  }

  /** Lets log time pass. */
  tick(milliseconds: number): void {
    this.nowMs += milliseconds;
    this.apply(encodeTimeTick(this.nowMs));
  }
}

export function appendWords(builder: BatchBuilder, words: Words): void {
  const [name = '', ...args] = words;
  const command = commandNamed(name);
  if (command === undefined) throw new Error(`no command ${name}`);
  appendCommand(builder, command, args);
}

/** A whole snapshot of `machine` in chunks of `chunkBytes`. */
export function takeChunks(machine: StateMachine, chunkBytes: number): Uint8Array[] {
  const cursor = machine.beginSnapshot();
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = cursor.next(chunkBytes);
    if (chunk === null) return chunks;
    chunks.push(chunk);
  }
}
