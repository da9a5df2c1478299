/**
 * The records of a batch (`batch.ts`) one by one, for an engine that must know their keys before it executes them.
 *
 * @module
 */
import { isKeyAt } from './admission.js';
import {
  BATCH_HEADER_BYTES,
  COUNT_AT,
  OPCODE_GROUP,
  OPCODE_ONCE,
  readHeader,
  stampTime,
  viewOf,
} from './batch.js';
import { ByteReader } from './byte-reader.js';
import type { Command } from './commands/command.js';
import { commandOfOpcode } from './commands/table.js';

export interface RecordedCommand {
  /** Undefined: no command has this opcode. */
  readonly command: Command | undefined;
  /** Without the name. */
  readonly args: readonly string[];
}

export interface BatchRecord {
  /** Where its bytes are in the batch: from `start` (included) to `end` (not included). */
  readonly start: number;
  readonly end: number;
  /** One, or those of a transaction. */
  readonly commands: readonly RecordedCommand[];
  readonly isTransaction: boolean;
  /** The number that makes it run at most once belongs to a session. */
  readonly isOnce: boolean;
  /** Keys of WATCH and of the commands, without repetition. */
  readonly keys: readonly string[];
}

/** @param data a well-formed batch */
export function recordsOf(data: Uint8Array): BatchRecord[] {
  const { count } = readHeader(data);
  const reader = new ByteReader(data, BATCH_HEADER_BYTES);
  return Array.from({ length: count }, () => nextRecord(reader));
}

/** A batch of its own from neighbouring records, with the time at which they are to be executed. */
export function batchOf(data: Uint8Array, records: readonly BatchRecord[], timeMs: number): Uint8Array {
  const start = records[0]?.start ?? BATCH_HEADER_BYTES;
  const end = records.at(-1)?.end ?? start;
  const batch = new Uint8Array(BATCH_HEADER_BYTES + end - start);
  batch.set(data.subarray(0, BATCH_HEADER_BYTES));
  batch.set(data.subarray(start, end), BATCH_HEADER_BYTES);
  viewOf(batch).setUint32(COUNT_AT, records.length, true);
  stampTime(batch, timeMs);
  return batch;
}

/** @param args without the name */
export function keysOfCommand(command: Command, args: readonly string[]): string[] {
  return args.filter((_, at) => isKeyAt(command, at + 1, args.length + 1));
}

function nextRecord(reader: ByteReader): BatchRecord {
  const start = reader.position;
  let opcode = reader.u16();
  const isOnce = opcode === OPCODE_ONCE;
  if (isOnce) {
    reader.f64();
    reader.f64();
    opcode = reader.u16();
  }
  const isTransaction = opcode === OPCODE_GROUP;
  const keys = new Set<string>();
  const commands: RecordedCommand[] = [];
  let left = 1;
  if (isTransaction) {
    readWatched(reader, keys);
    left = reader.u32();
  }
  for (; left > 0; left--) {
    const command = commandOfOpcode(isTransaction ? reader.u16() : opcode);
    const args = reader.texts();
    commands.push({ command, args });
    if (command !== undefined) for (const key of keysOfCommand(command, args)) keys.add(key);
  }
  return { start, end: reader.position, commands, isTransaction, isOnce, keys: [...keys] };
}

function readWatched(reader: ByteReader, keys: Set<string>): void {
  for (let left = reader.u32(); left > 0; left--) {
    reader.f64();
    keys.add(reader.text());
  }
}
