/**
 * MULTI: commands gather here and leave as one record, so that they are one log entry, all of it or nothing.
 *
 * @module
 */
import type { CommandArguments } from '../engine/engine.js';
import type { BatchBuilder, WatchedKey } from '../kv/batch-builder.js';
import type { Command } from '../kv/commands/command.js';
import { encodeCommand } from './segment.js';

interface QueuedCommand {
  readonly command: Command;
  readonly args: CommandArguments;
}

export class Transaction {
  readonly #queued: QueuedCommand[] = [];
  bytes = 0;
  /** A command was refused while it was queued: EXEC must abort. */
  failed = false;

  get length(): number {
    return this.#queued.length;
  }

  add(command: Command, args: CommandArguments, bytes: number): void {
    this.#queued.push({ command, args });
    this.bytes += bytes;
  }

  /** @param watched nothing is executed when one of these keys has changed */
  encode(builder: BatchBuilder, watched: readonly WatchedKey[]): void {
    builder.openGroup(watched);
    for (const { command, args } of this.#queued) encodeCommand(builder, command, args);
    builder.closeGroup();
  }
}
