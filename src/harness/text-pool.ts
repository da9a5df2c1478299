/**
 * Texts that come again and again in a file, made once: keys and names of fields.
 *
 * @module
 */

/** More different texts than this are made anew each time. */
const MAX_TEXTS = 1_000_000;

export class TextPool {
  /** FNV-1a: all threads of a check must agree, nothing more. */
  static readonly FIRST_HASH = 0x811c9dc5;
  readonly #texts = new Map<number, string>();

  static nextHash(hash: number, character: number): number {
    return Math.imul(hash ^ character, 0x01000193);
  }

  static hashOf(text: string): number {
    let hash = TextPool.FIRST_HASH;
    for (let at = 0; at < text.length; at += 1) hash = TextPool.nextHash(hash, text.charCodeAt(at));
    return hash >>> 0;
  }

  /** The ASCII text at `start`–`end`, whose hash is known. */
  text(bytes: Buffer, start: number, end: number, hash: number): string {
    const known = this.#texts.get(hash);
    if (known !== undefined && isAt(known, bytes, start, end)) return known;
    const text = bytes.toString('latin1', start, end);
    if (known === undefined && this.#texts.size < MAX_TEXTS) this.#texts.set(hash, text);
    return text;
  }
}

function isAt(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) !== bytes[start + at]) return false;
  }
  return true;
}
