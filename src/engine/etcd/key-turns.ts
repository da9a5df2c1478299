/**
 * Transactions of this gateway that share a key take turns, in the order in which they came: they would only make each
 * other fail.
 *
 * @module
 */

export class KeyTurns {
  /** Settles when the last one that wants the key is done. */
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all before it that share a key with it are done. */
  async take<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = keys.flatMap(key => this.#last.get(key) ?? []);
    const done = Promise.all(before).then(work);
    const settled = done.then(ignore, ignore);
    for (const key of keys) this.#last.set(key, settled);
    try {
      return await done;
    } finally {
      for (const key of keys) if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}

const ignore = (): void => undefined;
