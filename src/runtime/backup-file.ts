/**
 * A backup in one file: what it is of, the state's bytes, and a checksum over all of it.
 *
 * ```
 * "RKVBACK\n", u32 length of the description, description (JSON), state, u32 CRC-32 of everything before
 * ```
 * The state is the stream described in `src/kv/snapshot-format.ts`. Numbers are little-endian.
 *
 * @module
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { checksum } from '../storage/checksum.js';

const MAGIC = Buffer.from('RKVBACK\n', 'latin1');
const HEAD_BYTES = MAGIC.length + 4;
const CHECKSUM_BYTES = 4;
const FORMAT = 1;
const DESCRIPTION_BYTES_MAX = 64 * 1024;
const READ_BYTES = 1024 * 1024;

export interface BackupDescription {
  readonly clusterId: string;
  /** The last entry of the log that is in it. */
  readonly index: number;
  readonly term: number;
  /** Voters of the cluster it was taken of. */
  readonly nodes: number;
  readonly stateBytes: number;
  readonly takenAtMs: number;
}

export class BackupFileError extends Error {
  override readonly name = 'BackupFileError';
  readonly code: 'backup-exists' | 'not-a-backup' | 'backup-damaged' | 'backup-format';
  constructor(code: BackupFileError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Writes beside the final name; `finish` makes it durable and gives it its name. */
export class BackupFileWriter {
  readonly #path: string;
  readonly #temporary: string;
  readonly #descriptor: number;
  #checksum = 0;
  #isOpen = true;

  /** @throws BackupFileError `backup-exists` */
  constructor(path: string, description: BackupDescription) {
    demandNew(path);
    this.#path = path;
    this.#temporary = `${path}.unfinished`;
    this.#descriptor = openSync(this.#temporary, 'w');
    const text = Buffer.from(JSON.stringify({ format: FORMAT, ...description }));
    const head = Buffer.alloc(HEAD_BYTES);
    MAGIC.copy(head);
    head.writeUInt32LE(text.length, MAGIC.length);
    this.write(head);
    this.write(text);
  }

  write(bytes: Uint8Array): void {
    this.#checksum = checksum(bytes, this.#checksum);
    writeFully(this.#descriptor, bytes);
  }

  finish(): void {
    const end = Buffer.alloc(CHECKSUM_BYTES);
    end.writeUInt32LE(this.#checksum);
    writeFully(this.#descriptor, end);
    fsyncSync(this.#descriptor);
    this.#close();
    demandNew(this.#path);
    renameSync(this.#temporary, this.#path);
    const directory = openSync(dirname(this.#path), 'r');
    fsyncSync(directory);
    closeSync(directory);
  }

  abort(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}

/**
 * Reads a backup from its beginning to its end; `take` gets the state's bytes in order and must not keep them. What
 * it was given is sound only when this returns.
 * @throws BackupFileError `not-a-backup`, `backup-format`, `backup-damaged`
 */
export function readBackup(path: string, take: (bytes: Uint8Array) => void): BackupDescription {
  const descriptor = openSync(path, 'r');
  try {
    const size = fstatSync(descriptor).size;
    const head = readPart(descriptor, 0, HEAD_BYTES);
    if (!head.subarray(0, MAGIC.length).equals(MAGIC) || head.length < HEAD_BYTES) {
      throw new BackupFileError('not-a-backup', `${path} is no backup of this program`);
    }
    const text = readPart(
      descriptor,
      HEAD_BYTES,
      Math.min(head.readUInt32LE(MAGIC.length), DESCRIPTION_BYTES_MAX),
    );
    const description = parseDescription(text, path);
    const start = HEAD_BYTES + text.length;
    const end = start + description.stateBytes;
    if (size !== end + CHECKSUM_BYTES)
      throw damaged(path, `it has ${size} bytes, not ${end + CHECKSUM_BYTES}`);
    let sum = checksum(text, checksum(head, 0));
    for (let position = start; position < end; position += READ_BYTES) {
      const part = readPart(descriptor, position, Math.min(READ_BYTES, end - position));
      sum = checksum(part, sum);
      take(part);
    }
    if (readPart(descriptor, end, CHECKSUM_BYTES).readUInt32LE() !== sum) {
      throw damaged(path, 'its checksum does not match');
    }
    return description;
  } finally {
    closeSync(descriptor);
  }
}

function parseDescription(text: Buffer, path: string): BackupDescription {
  let raw: Partial<BackupDescription> & { readonly format?: unknown };
  try {
    raw = JSON.parse(text.toString()) as typeof raw;
  } catch {
    throw damaged(path, 'its description cannot be read');
  }
  const { format, clusterId, index, term, nodes, stateBytes, takenAtMs } = raw;
  if (format !== FORMAT) {
    throw new BackupFileError(
      'backup-format',
      `${path} is of format ${String(format)}; this program reads ${FORMAT}`,
    );
  }
  const numbers = [index, term, nodes, stateBytes, takenAtMs];
  if (typeof clusterId !== 'string' || !numbers.every(value => Number.isSafeInteger(value))) {
    throw damaged(path, 'its description cannot be read');
  }
  return raw as BackupDescription;
}

const damaged = (path: string, why: string): BackupFileError =>
  new BackupFileError('backup-damaged', `backup ${path} is damaged: ${why}`);

function demandNew(path: string): void {
  if (existsSync(path)) throw new BackupFileError('backup-exists', `${path} exists already`);
}

function writeFully(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done);
}

/** Fewer bytes only at the end of the file. */
function readPart(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let total = 0;
  while (total < length) {
    const count = readSync(descriptor, bytes, total, length - total, position + total);
    if (count === 0) break;
    total += count;
  }
  return bytes.subarray(0, total);
}
