/**
 * Where each SCAN goes on: etcd goes on after a key, a client of Redis after a number.
 *
 * @module
 */

/** The oldest beyond these are forgotten, and a client that comes back for one has to begin anew. */
const MAX_CURSORS = 10_000;
const FIRST_NUMBERS = 2 ** 40;

export class ScanCursors {
  /** Oldest first. */
  readonly #keys = new Map<string, string>();
  /** Not those of an earlier life of this gateway. */
  #next = 1 + Math.floor(Math.random() * FIRST_NUMBERS);

  /** @param after the last key that was shown */
  open(after: string): string {
    const cursor = String(this.#next++);
    this.#keys.set(cursor, after);
    if (this.#keys.size > MAX_CURSORS) {
      for (const oldest of this.#keys.keys()) {
        this.#keys.delete(oldest);
        break;
      }
    }
    return cursor;
  }

  /** The key to go on after; null: from the beginning; undefined: there is no such cursor. */
  find(cursor: string): string | null | undefined {
    return Number(cursor) === 0 ? null : this.#keys.get(cursor);
  }
}
