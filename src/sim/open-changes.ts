/**
 * Changes of membership that were asked for and may still happen, although nobody says so: the answer timed out, or the
 * leader died with it.
 *
 * What a leader of one term proposed is decided as soon as a leader of a later term has applied an entry of its own: everything
 * of earlier terms that is in its log is applied by then, and what is not there never will be. As long as the same leader
 * leads it is decided when all of its log is applied.
 *
 * @module
 */
import type { NodeDriver } from '../node/driver.js';

interface OpenChange {
  /** In which it was asked for. */
  readonly term: number;
  /** The leader does not try it any more. */
  isGivenUp: boolean;
}

export class OpenChanges {
  readonly #open = new Set<OpenChange>();

  /** A leader of `term` was asked. The result takes its answer. */
  ask(term: number): { readonly decided: () => void; readonly givenUp: () => void } {
    const change: OpenChange = { term, isGivenUp: false };
    this.#open.add(change);
    return {
      decided: () => this.#open.delete(change),
      givenUp: () => {
        change.isGivenUp = true;
      },
    };
  }

  /** Is any undecided, as far as this leader can tell? */
  has(leader: NodeDriver | null): boolean {
    if (leader !== null) this.#settle(leader);
    return this.#open.size > 0;
  }

  #settle({ term, appliedTerm, appliedIndex, lastIndex }: NodeDriver): void {
    if (this.#open.size === 0 || appliedTerm !== term) return;
    for (const change of this.#open) {
      const isReplaced = change.term < term;
      const isApplied = change.term === term && change.isGivenUp && appliedIndex === lastIndex;
      if (isReplaced || isApplied) this.#open.delete(change);
    }
  }
}
