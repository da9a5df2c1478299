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
  readonly #said = new Set<string>();
  #count = 0;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Said or not. */
  get count(): number {
    return this.#count;
  }

  /** `peer`: its host name where it is known, else its address. */
  add(peer: string, error: LinkError): void {
    this.#count++;
    const key = `${peer} ${error.code}`;
    const isKnown = this.#said.delete(key);
    this.#said.add(key);
    if (this.#said.size > MAX_REMEMBERED) this.#said.delete(this.#said.values().next().value ?? '');
    if (!isKnown) this.#say(`host link with ${peer}: ${error.message} (${error.code})`);
  }

  /** The peer is let in: what happens to it later is news again. */
  forget(peer: string): void {
    for (const key of this.#said) if (key.startsWith(`${peer} `)) this.#said.delete(key);
  }
}
