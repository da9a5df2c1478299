/**
 * The way in: received bytes until they are parsed, bounded by not reading the socket.
 *
 * @module
 */
import type { ParserLimits } from './resp/limits.js';
import { RequestParser } from './resp/parser.js';

/** Pieces smaller than the bookkeeping for them must not add up either. */
const MAX_WAITING_CHUNKS = 256;

export class Input {
  readonly #parser: RequestParser;
  readonly #limitBytes: number;
  readonly #chunks: Buffer[] = [];
  #waitingBytes = 0;

  constructor(parserLimits: ParserLimits, limitBytes: number) {
    this.#parser = new RequestParser(parserLimits);
    this.#limitBytes = limitBytes;
  }

  /** Enough is waiting: the socket should not be read. */
  get isFull(): boolean {
    return this.#waitingBytes > this.#limitBytes || this.#chunks.length > MAX_WAITING_CHUNKS;
  }

  get heldBytes(): number {
    return this.#waitingBytes + this.#parser.heldBytes;
  }

  setLimits(limits: ParserLimits): void {
    this.#parser.limits = limits;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /** What was pushed last and is not parsed yet is copied: its memory is about to be used again. */
  own(): void {
    const last = this.#chunks.pop();
    if (last !== undefined) this.#chunks.push(Buffer.from(last));
  }

  /** The next command, name first; null: not complete yet. @throws ProtocolError */
  next(): string[] | null {
    for (;;) {
      const command = this.#parser.next();
      if (command !== null) return command;
      const chunk = this.#chunks.shift();
      if (chunk === undefined) return null;
      this.#waitingBytes -= chunk.length;
      this.#parser.feed(chunk);
    }
  }
}
