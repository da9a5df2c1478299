/**
 * How far a migration has come, in a file: one that was interrupted goes on there.
 *
 * @module
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { z } from 'zod';
import { InvalidOperation, OperationFailed } from '../cli-error.js';

const FORMAT = z.object({
  raftkvMigration: z.literal(1),
  from: z.string(),
  to: z.string(),
  /** Base64 of the bytes. All keys up to it, by their bytes, are in the target. */
  lastKey: z.string(),
  copied: z.number().int().min(0),
});

export interface Progress {
  /** One character a byte. */
  readonly lastKey: string;
  readonly copied: number;
}

export class Checkpoint {
  readonly #file: string;
  readonly #from: string;
  readonly #to: string;

  constructor(file: string, from: string, to: string) {
    this.#file = file;
    this.#from = from;
    this.#to = to;
  }

  get file(): string {
    return this.#file;
  }

  /** Null: there is no earlier run. @throws InvalidOperation when the file is of another migration, or none of ours */
  read(): Progress | null {
    if (!existsSync(this.#file)) return null;
    const parsed = FORMAT.safeParse(jsonIn(this.#file));
    if (!parsed.success) throw new InvalidOperation(`${this.#file}: expected a checkpoint of raftkv migrate`);
    const { from, to, lastKey, copied } = parsed.data;
    if (from !== this.#from || to !== this.#to) {
      throw new InvalidOperation(
        `${this.#file} belongs to the migration from ${from} to ${to}; remove it, or name another`,
      );
    }
    return { lastKey: Buffer.from(lastKey, 'base64').toString('latin1'), copied };
  }

  /** Durable when it returns. */
  write({ lastKey, copied }: Progress): void {
    const data = {
      raftkvMigration: 1,
      from: this.#from,
      to: this.#to,
      lastKey: Buffer.from(lastKey, 'latin1').toString('base64'),
      copied,
    };
    const temporary = `${this.#file}.tmp`;
    try {
      const file = openSync(temporary, 'w');
      writeSync(file, `${JSON.stringify(data)}\n`);
      fsyncSync(file);
      closeSync(file);
      renameSync(temporary, this.#file);
    } catch (error) {
      throw new OperationFailed(`the checkpoint: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
