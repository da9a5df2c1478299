/**
 * Asks an engine as a gateway would, one batch at a time or many at once.
 *
 * @module
 */
import type { CommandArguments, Engine, Outcome, ReadConsistency } from '../../src/engine/engine.js';
import { appendCommand } from '../../src/kv/admission.js';
import { BatchBuilder, type WatchedKey } from '../../src/kv/batch-builder.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import type { Reply } from '../../src/kv/reply.js';

export class EngineClient {
  readonly #engine: Engine;
  readonly #waiting = new Map<number, (outcome: Outcome) => void>();
  #lastId = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.onOutcome(outcome => {
      this.#waiting.get(outcome.id)?.(outcome);
      this.#waiting.delete(outcome.id);
    });
  }

  /** One batch; words are separated by blanks. */
  write(...lines: readonly string[]): Promise<Outcome> {
    return this.#submit(builder => append(builder, lines));
  }

  /** As `write`, for words of any bytes. */
  writeWords(commands: readonly CommandArguments[]): Promise<Outcome> {
    return this.#submit(builder => {
      for (const words of commands) appendWords(builder, words);
    });
  }

  transaction(watched: readonly WatchedKey[], ...lines: readonly string[]): Promise<Outcome> {
    return this.#submit(builder => {
      builder.openGroup(watched);
      append(builder, lines);
      builder.closeGroup();
    });
  }

  read(lines: readonly string[], consistency: ReadConsistency = 'linearizable'): Promise<Outcome> {
    return this.#begin(id =>
      this.#engine.read(
        id,
        lines.map(line => line.split(' ')),
        consistency,
      ),
    );
  }

  #submit(fill: (builder: BatchBuilder) => void): Promise<Outcome> {
    const builder = new BatchBuilder();
    fill(builder);
    return this.#begin(id => this.#engine.submit(id, builder));
  }

  #begin(begin: (id: number) => void): Promise<Outcome> {
    const id = ++this.#lastId;
    return new Promise(resolve => {
      this.#waiting.set(id, resolve);
      begin(id);
    });
  }
}

function append(builder: BatchBuilder, lines: readonly string[]): void {
  for (const line of lines) appendWords(builder, line.split(' '));
}

function appendWords(builder: BatchBuilder, [name = '', ...args]: CommandArguments): void {
  const command = commandNamed(name);
  if (command === undefined) throw new TypeError(`${name} is no command`);
  appendCommand(builder, command, args);
}

/** @throws when the batch was not done */
export function repliesOf(outcome: Outcome): readonly Reply[] {
  if (outcome.kind !== 'done') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.replies;
}
