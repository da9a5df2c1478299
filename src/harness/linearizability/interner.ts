/**
 * Numbers for values: equal values get equal numbers, so that states compare as integers.
 *
 * @module
 */
export class Interner {
  readonly #ids = new Map<string | null, number>();
  readonly #values: (string | null)[] = [];

  get size(): number {
    return this.#values.length;
  }

  id(value: string | null): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    const id = this.#values.length;
    this.#ids.set(value, id);
    this.#values.push(value);
    return id;
  }

  value(id: number): string | null {
    return this.#values[id] ?? null;
  }
}
