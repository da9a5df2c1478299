/**
 * The part of a connection's pipeline that is executed at once: store commands in order, and replies the gateway gives
 * by itself in between.
 *
 * @module
 */
import type { CommandArguments } from '../engine/engine.js';
import type { BatchBuilder } from '../kv/batch-builder.js';
import type { Command } from '../kv/commands/command.js';
import type { Reply } from '../kv/reply.js';

/** Encodes what is not a plain command: a transaction, or a command of a session. */
export type RecordEncoder = (builder: BatchBuilder) => void;

interface LocalReply {
  /** How many store commands are answered before it. */
  readonly after: number;
  readonly reply: Reply;
}

/** Each connection has one and uses it again and again. */
export class Segment {
  /** With `args`, by position; each of them yields one reply. Null: a record made by an encoder. */
  readonly commands: (Command | null)[] = [];
  /** Name first. */
  readonly args: CommandArguments[] = [];
  readonly locals: LocalReply[] = [];
  #special: Map<number, RecordEncoder> | null = null;
  hasWrite = false;
  bytes = 0;
  submittedAtMs = 0;

  get isEmpty(): boolean {
    return this.commands.length === 0 && this.locals.length === 0;
  }

  get length(): number {
    return this.commands.length + this.locals.length;
  }

  add(command: Command, args: CommandArguments, bytes: number): void {
    this.commands.push(command);
    this.args.push(args);
    this.bytes += bytes;
    if (command.access === 'write') this.hasWrite = true;
  }

  /** A record that goes through the log and is not a plain command. */
  addSpecial(args: CommandArguments, bytes: number, encode: RecordEncoder): void {
    this.#special ??= new Map();
    this.#special.set(this.commands.length, encode);
    this.commands.push(null);
    this.args.push(args);
    this.bytes += bytes;
    this.hasWrite = true;
  }

  addLocal(reply: Reply): void {
    this.locals.push({ after: this.commands.length, reply });
  }

  encode(builder: BatchBuilder): void {
    const { commands, args } = this;
    for (let position = 0; position < commands.length; position++) {
      const command = commands[position] ?? null;
      if (command !== null) encodeCommand(builder, command, args[position] ?? []);
      else this.#special?.get(position)?.(builder);
    }
  }

  clear(): void {
    empty(this.commands);
    empty(this.args);
    empty(this.locals);
    this.#special = null;
    this.hasWrite = false;
    this.bytes = 0;
  }
}

/** So few items are taken out one by one: an array whose length is set to 0 gives its memory back and needs new one next time. */
const FEW = 32;

function empty(items: unknown[]): void {
  if (items.length > FEW) items.length = 0;
  else while (items.length > 0) items.pop();
}

/** @param words the command's words, name first */
export function encodeCommand(builder: BatchBuilder, command: Command, words: CommandArguments): void {
  builder.open(command.opcode, words.length - 1);
  for (let i = 1; i < words.length; i++) builder.argumentText(words[i] ?? '');
}
