/**
 * Says once for each peer and cause what keeps it out, however often it tries again.
 *
 * @module
 */
import type { LinkError } from './link-error.js';

/** Whoever knocks from ever new addresses must not fill the memory: the oldest are forgotten. */
const MAX_REMEMBERED = 512;

export class RefusalLog {
  readonly #say: (text: string) => void;
  readonly #said = new Map<string, number>();

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** `peer`: its host name where it is known, else its address. */
  add(peer: string, error: LinkError): void {
    const key = `${peer} ${error.code}`;
    const times = this.#said.get(key) ?? 0;
    this.#said.delete(key);
    this.#said.set(key, times + 1);
    if (this.#said.size > MAX_REMEMBERED) this.#said.delete(this.#said.keys().next().value ?? '');
    if (times === 0) this.#say(`host link with ${peer}: ${error.message} (${error.code})`);
  }

  /** The peer is let in: what happens to it later is news again. */
  forget(peer: string): void {
    for (const key of this.#said.keys()) if (key.startsWith(`${peer} `)) this.#said.delete(key);
  }
}
