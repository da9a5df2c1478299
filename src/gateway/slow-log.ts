/**
 * The newest commands that took long, from arrival to outcome.
 *
 * What is measured is a pipeline segment, since it is executed as a whole; its first command stands for it.
 *
 * @module
 */
import type { ClientState } from './client-state.js';
import type { Segment } from './segment.js';
import { detached } from './wire-text.js';

export interface SlowCommand {
  readonly id: number;
  /** Seconds since the epoch. */
  readonly atSeconds: number;
  readonly elapsedMicros: number;
  readonly words: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** As Redis: what is longer is cut, and says so. */
const MAX_WORDS = 32;
const MAX_WORD_CHARACTERS = 128;

export class SlowLog {
  #entries: SlowCommand[] = [];
  #nextId = 0;

  get length(): number {
    return this.#entries.length;
  }

  /** Newest first. */
  newest(count: number): readonly SlowCommand[] {
    return this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }

  /** @param maxEntries the oldest beyond it are forgotten */
  add(segment: Segment, client: ClientState, elapsedMs: number, maxEntries: number): void {
    this.#entries.unshift({
      id: this.#nextId++,
      atSeconds: Math.floor(Date.now() / 1000),
      elapsedMicros: Math.round(elapsedMs * 1000),
      words: shortened(segment),
      address: client.address,
      clientName: client.name,
    });
    if (this.#entries.length > maxEntries) this.#entries.length = maxEntries;
  }
}

function shortened({ args, commands }: Segment): readonly string[] {
  const all = args[0] ?? [];
  const words = all.slice(0, all.length > MAX_WORDS ? MAX_WORDS - 1 : MAX_WORDS).map(shortWord);
  const missing = all.length - words.length;
  if (missing > 0) words.push(`... (${missing} more arguments)`);
  if (commands.length > 1) words.push(`... (${commands.length - 1} more commands)`);
  return words;
}

function shortWord(word: string): string {
  if (word.length <= MAX_WORD_CHARACTERS) return detached(word);
  const rest = word.length - MAX_WORD_CHARACTERS;
  return `${detached(word.slice(0, MAX_WORD_CHARACTERS))}... (${rest} more bytes)`;
}
