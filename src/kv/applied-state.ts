/**
 * Everything that the log has brought about so far: what a snapshot holds, and what replicas must agree on.
 *
 * @module
 */
import { formatHash, mix, mixNumber } from './content-hash.js';
import { Context } from './context.js';
import { Duplicates } from './duplicates.js';
import { Lookahead } from './lookahead.js';
import { Sessions } from './sessions.js';
import { Store } from './store.js';

export class AppliedState {
  readonly store = new Store();
  readonly sessions = new Sessions();
  readonly duplicates = new Duplicates();
  readonly context = new Context(this.store, this.sessions);
  readonly lookahead = new Lookahead(this.store);
  /** Index and term of the last entry applied. */
  lastApplied = 0;
  lastTerm = 0;

  /** 16 hexadecimal digits: equal on replicas that applied the same entries. */
  hash(): string {
    const { store } = this;
    const rest = mix(this.duplicates.hash(), this.sessions.hash);
    const counts = mixNumber(mixNumber(rest, store.changeCount), store.nowMs);
    const { high, low } = store.hash();
    return formatHash(high ^ counts, low ^ mix(counts, store.size));
  }
}
