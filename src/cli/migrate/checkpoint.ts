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
import { InvalidOperation, OperationFailed } from '../cli-error.js';

/** What the file says. */
interface Saved {
  readonly raftkvMigration: 1;
  readonly from: string;
  readonly to: string;
  /** Base64 of the bytes. All keys up to it, by their bytes, are in the target. */
  readonly lastKey: string;
  readonly copied: number;
}

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
    const saved = jsonIn(this.#file);
    if (!isSaved(saved)) throw new InvalidOperation(`${this.#file}: expected a checkpoint of raftkv migrate`);
    const { from, to, lastKey, copied } = saved;
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

function isSaved(value: unknown): value is Saved {
  if (typeof value !== 'object' || value === null) return false;
  const { raftkvMigration, from, to, lastKey, copied } = value as Partial<Record<keyof Saved, unknown>>;
  const areTexts = [from, to, lastKey].every(text => typeof text === 'string');
  return raftkvMigration === 1 && areTexts && Number.isInteger(copied) && Number(copied) >= 0;
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
