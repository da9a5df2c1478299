/**
 * Comparison of the replicas' states: everyone hashes its state at the same indexes (checkpoints), followers tell the
 * leader, and the leader raises an alarm that names who differs.
 *
 * A checkpoint is judged when the next one begins, so that one replica that is faster than the others is not compared with
 * half of them.
 *
 * @module
 */
const CHECKPOINTS_MAX = 32;

export class StateHashes<Member extends number> {
  readonly #byIndex = new Map<number, Map<Member, string>>();
  readonly #named = new Set<Member>();
  #newest = 0;

  /** The hash of `member` at `index`. @returns those who are found to differ and were not named before */
  add(index: number, member: Member, hash: string): readonly Member[] {
    let checkpoint = this.#byIndex.get(index);
    if (checkpoint === undefined) {
      checkpoint = new Map();
      this.#byIndex.set(index, checkpoint);
      this.#forgetOldest();
    }
    checkpoint.set(member, hash);
    if (index < this.#newest) return this.#judge(checkpoint);
    const previous = this.#byIndex.get(this.#newest);
    const isNext = index > this.#newest;
    this.#newest = index;
    return isNext && previous !== undefined ? this.#judge(previous) : [];
  }

  #judge(checkpoint: ReadonlyMap<Member, string>): readonly Member[] {
    const news = oddMembers(checkpoint).filter(member => !this.#named.has(member));
    for (const member of news) this.#named.add(member);
    return news;
  }

  #forgetOldest(): void {
    if (this.#byIndex.size <= CHECKPOINTS_MAX) return;
    this.#byIndex.delete(Math.min(...this.#byIndex.keys()));
  }
}

/** Who does not have the most frequent hash; everybody when no hash is more frequent than all others. */
function oddMembers<Member>(checkpoint: ReadonlyMap<Member, string>): readonly Member[] {
  const counts = new Map<string, number>();
  for (const hash of checkpoint.values()) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  if (counts.size <= 1) return [];
  const most = Math.max(...counts.values());
  const winners = [...counts].filter(([, count]) => count === most);
  const usual = winners.length === 1 ? winners[0]?.[0] : undefined;
  return [...checkpoint].filter(([, hash]) => hash !== usual).map(([member]) => member);
}
