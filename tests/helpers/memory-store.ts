/**
 * One end of a migration in memory: the state machine alone.
 *
 * @module
 */
import type { CommandWords, PlainReply, StoreEnd } from '../../src/cli/migrate/store-end.js';
import { appendCommand } from '../../src/kv/admission.js';
import { stampTime } from '../../src/kv/batch.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { commandNamed } from '../../src/kv/commands/table.js';
import { isArrayReply, type Reply } from '../../src/kv/reply.js';
import { StateMachine } from '../../src/kv/state-machine.js';

export class MemoryStore implements StoreEnd {
  readonly name: string;
  readonly #machine = new StateMachine();
  /** Calls of `write`. */
  writes = 0;
  /** What is done with each command before it is executed; nothing by default. */
  spoil: (words: CommandWords) => CommandWords = words => words;

  constructor(name: string) {
    this.name = name;
  }

  async read(commands: readonly CommandWords[]): Promise<readonly PlainReply[]> {
    return commands.map(words => plain(this.#machine.readWords(words, Date.now())));
  }

  async write(commands: readonly CommandWords[]): Promise<void> {
    this.writes++;
    const builder = new BatchBuilder();
    for (const words of commands) {
      const [name = '', ...args] = this.spoil(words);
      const command = commandNamed(name);
      if (command !== undefined) appendCommand(builder, command, args);
    }
    const batch = builder.finish(1, 1, 0);
    stampTime(batch, Date.now());
    this.#machine.apply(this.#machine.lastApplied + 1, 1, batch);
  }

  close(): void {
    // Nothing is open.
  }
}

function plain(reply: Reply): PlainReply {
  if (reply === null || typeof reply !== 'object') return reply;
  if (isArrayReply(reply)) return reply.map(plain);
  if (reply.kind === 'map' || reply.kind === 'set') return reply.items.map(plain);
  if (reply.kind === 'simple') return reply.text;
  throw new Error(`unexpected ${reply.kind}`);
}
