/**
 * Comparison of the replicas' states: everyone hashes its state at the same indexes, followers tell the leader, and the
 * leader raises an alarm that names who differs.
 *
 * @module
 */
const CHECKPOINTS_MAX = 32;

export class StateHashes<Member> {
  readonly #byIndex = new Map<number, Map<Member, string>>();
  #lastAlarm = '';

  /** The hash of `member` at `index`. @returns those who differ there, empty when nobody does (or it was said before) */
  add(index: number, member: Member, hash: string): readonly Member[] {
    let checkpoint = this.#byIndex.get(index);
    if (checkpoint === undefined) {
      checkpoint = new Map();
      this.#byIndex.set(index, checkpoint);
      this.#forgetOldest();
    }
    checkpoint.set(member, hash);
    const odd = oddMembers(checkpoint);
    const alarm = odd.join(' ');
    if (alarm === this.#lastAlarm) return [];
    if (odd.length > 0) this.#lastAlarm = alarm;
    return odd;
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
  const leaders = [...counts].filter(([, count]) => count === most);
  const usual = leaders.length === 1 ? leaders[0]?.[0] : undefined;
  return [...checkpoint].filter(([, hash]) => hash !== usual).map(([member]) => member);
}
