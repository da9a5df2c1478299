/**
 * Counts complete RESP2 replies in a stream without building them; scalar replies only (no arrays).
 *
 * @module
 */
const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;
const DOLLAR = 36;
const MINUS = 45;

export class ReplyCounter {
  readonly #onError: (message: string) => void;
  /** Bytes of a bulk body, its CRLF included, still to be passed over. */
  #bodyLeft = 0;
  #line = '';

  constructor(onError: (message: string) => void) {
    this.#onError = onError;
  }

  /** Returns how many replies ended within `chunk`. */
  push(chunk: Buffer): number {
    let replies = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const skip = Math.min(this.#bodyLeft, chunk.length - at);
        this.#bodyLeft -= skip;
        at += skip;
        if (this.#bodyLeft === 0) replies += 1;
        continue;
      }
      const end = chunk.indexOf(LINE_FEED, at);
      if (end < 0) {
        this.#line += chunk.toString('latin1', at);
        return replies;
      }
      if (this.#endLine(chunk, at, end)) replies += 1;
      at = end + 1;
    }
    return replies;
  }

  /** True when the line was a whole reply; a bulk header only announces its body. */
  #endLine(chunk: Buffer, start: number, end: number): boolean {
    const first = this.#line === '' ? chunk[start] : this.#line.charCodeAt(0);
    if (first !== DOLLAR && first !== MINUS) {
      this.#line = '';
      return true;
    }
    const trimmed = chunk[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const line = this.#line + chunk.toString('latin1', start, Math.max(start, trimmed));
    this.#line = '';
    if (first === MINUS) {
      this.#onError(line.slice(1));
      return true;
    }
    const length = Number(line.slice(1));
    if (length < 0) return true;
    this.#bodyLeft = length + 2;
    return false;
  }
}
