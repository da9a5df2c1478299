/**
 * What a batch asks for, in words, for people who look into a log.
 *
 * @module
 */
import { BATCH_HEADER_BYTES, OPCODE_GROUP, OPCODE_ONCE, readHeader } from './batch.js';
import { isWellFormed } from './batch-check.js';
import { ByteReader } from './byte-reader.js';
import { commandOfOpcode } from './commands/table.js';

export interface DescribedBatch {
  /** The raft id of the node whose clients sent it. */
  readonly origin: number;
  readonly sequence: number;
  readonly timeMs: number;
  /** Name and arguments of the first commands; long arguments are cut. */
  readonly commands: readonly (readonly string[])[];
  /** Commands beyond those. */
  readonly more: number;
}

const MAX_COMMANDS = 20;
const MAX_ARGUMENTS = 12;
const MAX_ARGUMENT_LENGTH = 60;

/** Null: the bytes are no batch. */
export function describeBatch(data: Uint8Array): DescribedBatch | null {
  if (!isWellFormed(data)) return null;
  const { origin, sequence, timeMs, count } = readHeader(data);
  const reader = new ByteReader(data, BATCH_HEADER_BYTES);
  const commands: (readonly string[])[] = [];
  let total = 0;
  const add = (opcode: number): void => {
    const args = reader.texts();
    total++;
    if (commands.length < MAX_COMMANDS) commands.push(wordsOf(opcode, args));
  };
  for (let record = 0; record < count; record++) {
    let opcode = reader.u16();
    if (opcode === OPCODE_ONCE) {
      reader.f64();
      reader.f64();
      opcode = reader.u16();
    }
    if (opcode !== OPCODE_GROUP) add(opcode);
    else for (let left = skipWatches(reader); left > 0; left--) add(reader.u16());
  }
  return { origin, sequence, timeMs, commands, more: total - commands.length };
}

/** @returns the number of commands of the group */
function skipWatches(reader: ByteReader): number {
  for (let left = reader.u32(); left > 0; left--) {
    reader.f64();
    reader.text();
  }
  return reader.u32();
}

function wordsOf(opcode: number, args: readonly string[]): readonly string[] {
  const shown = args.slice(0, MAX_ARGUMENTS).map(shorten);
  const rest = args.length > MAX_ARGUMENTS ? [`… ${args.length - MAX_ARGUMENTS} more`] : [];
  return [commandOfOpcode(opcode)?.name ?? `opcode ${opcode}`, ...shown, ...rest];
}

function shorten(text: string): string {
  return text.length > MAX_ARGUMENT_LENGTH ? `${text.slice(0, MAX_ARGUMENT_LENGTH)}…` : text;
}
