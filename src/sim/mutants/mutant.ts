/**
 * Deliberate faults: one rule of the store is broken, to see whether the simulator's checks notice.
 *
 * The store's own code knows nothing of them. A mutant replaces a method of one of its classes for as long as one run lasts;
 * runs are synchronous, so nothing else in the process ever sees it.
 *
 * @module
 */
import type { Mutation } from '../../node/driver-options.js';

export interface Mutant {
  readonly name: string;
  /** What a node does wrong, in one sentence. */
  readonly breaks: string;
  /** The rule, or the bug of a known system of this kind. */
  readonly source: string;
  /** A switch of the driver. */
  readonly mutation?: Mutation;
  /** Breaks the rule in this process. */
  readonly install?: (patches: Patches) => void;
}

type MethodOf<T, K extends keyof T> = T[K] extends (...given: infer Given) => infer Result
  ? (this: T, ...given: Given) => Result
  : never;

/** Replaced methods, to be put back. */
export class Patches {
  readonly #undo: (() => void)[] = [];

  /** `replace` gets the method as it was and gives the one to use; both have the object as `this`. */
  method<T extends object, K extends keyof T>(
    owner: { readonly prototype: T },
    name: K,
    replace: (original: MethodOf<T, K>) => MethodOf<T, K>,
  ): void {
    this.#replace(owner.prototype, name, replace as unknown as (original: T[K]) => T[K]);
  }

  /** For a method of the class itself. */
  staticMethod<T extends object, K extends keyof T>(
    owner: T,
    name: K,
    replace: (original: T[K]) => T[K],
  ): void {
    this.#replace(owner, name, replace);
  }

  #replace<T extends object, K extends keyof T>(holder: T, name: K, replace: (original: T[K]) => T[K]): void {
    const original = holder[name];
    holder[name] = replace(original);
    this.#undo.push(() => {
      holder[name] = original;
    });
  }

  getter<T extends object, K extends keyof T & string>(
    owner: { readonly prototype: T },
    name: K,
    get: (self: T) => T[K],
  ): void {
    const { prototype } = owner;
    const original = Object.getOwnPropertyDescriptor(prototype, name);
    if (original === undefined) throw new TypeError(`no getter ${name}`);
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: T) {
        return get(this);
      },
    });
    this.#undo.push(() => Object.defineProperty(prototype, name, original));
  }

  undo(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}

/** Runs `work` with the rule broken; afterwards the store is as it was. */
export function withMutant<T>(mutant: Mutant | null, work: () => T): T {
  const patches = new Patches();
  try {
    mutant?.install?.(patches);
    return work();
  } finally {
    patches.undo();
  }
}
