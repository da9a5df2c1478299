/** The log: matching, conflicts, commit, what may be applied. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Entry, entryBytes, prefixWithin } from '../../src/raft/index.js';
import { RaftLog } from '../../src/raft/log.js';
import { MemoryLog } from './memory-log.js';
import { codeOf, confState, entriesOf, entry } from './single-node.js';

const log = suite('log');

interface Parts {
  readonly stable?: readonly number[];
  readonly unstable?: readonly number[];
  readonly snapshot?: readonly [index: number, term: number];
  readonly maxApplyingBytes?: number;
  readonly applyUnstable?: boolean;
}

function build(parts: Parts): { readonly log: RaftLog; readonly storage: MemoryLog } {
  const storage = new MemoryLog();
  const [index = 0, term = 0] = parts.snapshot ?? [];
  storage.start({ index, term, confState: confState([1]) });
  const { stable = [], unstable = [] } = parts;
  storage.append(stable.map((one, at) => entry(index + at + 1, one)));
  const built = new RaftLog(storage, {
    maxApplyingBytes: parts.maxApplyingBytes ?? Number.POSITIVE_INFINITY,
    applyUnstable: parts.applyUnstable ?? true,
  });
  built.append(unstable.map((one, at) => entry(index + stable.length + at + 1, one)));
  return { log: built, storage };
}

const indexes = (entries: readonly Entry[]): readonly number[] => entries.map(one => one.index);

log('an empty log ends at 0 in term 0', () => {
  const { log: empty } = build({});
  assert.equal([empty.firstIndex, empty.lastIndex, empty.lastTerm], [1, 0, 0]);
  assert.equal([empty.committed, empty.applying, empty.applied], [0, 0, 0]);
});

log('terms are known from the entry before the first one to the last one', () => {
  const { log: one } = build({ snapshot: [3, 2], stable: [2, 3], unstable: [3, 4] });
  const terms = [2, 3, 4, 5, 6, 7, 8].map(index => one.term(index));
  assert.equal(terms, [undefined, 2, 2, 3, 3, 4, undefined]);
  assert.equal([one.firstIndex, one.lastIndex, one.lastTerm], [4, 7, 4]);
});

log('an unstable snapshot hides what storage has', () => {
  const { log: one } = build({ stable: [1, 1, 1] });
  one.restore({ index: 9, term: 3, confState: confState([1]) });
  assert.equal([one.firstIndex, one.lastIndex, one.lastTerm, one.committed], [10, 9, 3, 9]);
  assert.equal([one.term(2), one.term(9), one.term(10)], [undefined, 3, undefined]);
  assert.is(one.snapshot()?.index, 9);
  assert.equal(one.committedToApply(), []);
});

log('entries come from storage, tail, or both', () => {
  const { log: one } = build({ stable: [1, 1, 2], unstable: [2, 3] });
  const all = Number.POSITIVE_INFINITY;
  assert.equal(indexes(one.entries(1, 3, all)), [1, 2]);
  assert.equal(indexes(one.entries(4, 6, all)), [4, 5]);
  assert.equal(indexes(one.entries(2, 6, all)), [2, 3, 4, 5]);
  assert.equal(one.entries(3, 3, all), []);
});

log('entries that were compacted away are an error', () => {
  const { log: one } = build({ snapshot: [3, 1], stable: [1] });
  assert.is(
    codeOf(() => one.entries(3, 5, Number.POSITIVE_INFINITY)),
    'log-compacted',
  );
});

log('the size limit gives the longest prefix within it, at least one, wherever the parts meet', () => {
  const anyTerms = fc.array(fc.constant(1), { maxLength: 6 });
  fc.assert(
    fc.property(anyTerms, anyTerms, fc.nat(60), fc.nat(12), fc.nat(12), (stable, unstable, bytes, a, b) => {
      const { log: one } = build({ stable, unstable });
      const to = Math.min(b, one.lastIndex + 1);
      const from = Math.max(1, Math.min(a, to));
      const all = [...entriesOf([...stable, ...unstable])].slice(from - 1, Math.max(from, to) - 1);
      const expected = indexes(all.slice(0, prefixWithin(all, bytes)));
      assert.equal(indexes(one.entries(from, to, bytes)), expected);
    }),
  );
});

log('the first unstable entry is left out when it does not fit behind the stable ones', () => {
  const { log: one } = build({ stable: [1, 1], unstable: [1] });
  const size = entryBytes(entry(1, 1));
  const limits = [2 * size, 3 * size - 1, 3 * size];
  assert.equal(
    limits.map(bytes => one.entries(1, 4, bytes).length),
    [2, 2, 3],
  );
});

const upToDate: readonly [index: number, term: number, expected: boolean][] = [
  [3, 3, true],
  [2, 4, true],
  [4, 2, false],
  [4, 3, true],
  [2, 3, false],
];

for (const [index, term, expected] of upToDate) {
  log(`(${index}, ${term}) is ${expected ? '' : 'not '}up to date with a log that ends in (3, 3)`, () => {
    assert.is(build({ stable: [1, 2, 3] }).log.isUpToDate(index, term), expected);
  });
}

log('an append after an entry that is not there fails and changes nothing', () => {
  const { log: one } = build({ stable: [1, 2] });
  assert.is(one.tryAppend(2, 3, [entry(3, 3)], 3), false);
  assert.is(one.tryAppend(3, 2, [entry(4, 3)], 3), false);
  assert.equal([one.lastIndex, one.committed], [2, 0]);
});

log('late entries that are there already do not cut what follows them', () => {
  const { log: one } = build({ stable: [1, 1, 1], unstable: [1] });
  assert.is(one.tryAppend(0, 0, [entry(1, 1), entry(2, 1)], 0), true);
  assert.is(one.lastIndex, 4);
});

log('a conflict replaces the entries from it on', () => {
  const { log: one } = build({ stable: [1, 1, 1], unstable: [1] });
  assert.is(one.tryAppend(1, 1, [entry(2, 1), entry(3, 2)], 0), true);
  assert.equal([one.lastIndex, one.term(2), one.term(3)], [3, 1, 2]);
  assert.equal(indexes(one.unstable.next()), [3]);
});

log('a conflict with what is committed stops the node', () => {
  const { log: one } = build({ stable: [1, 1, 1] });
  one.commitTo(2);
  assert.is(
    codeOf(() => one.tryAppend(1, 1, [entry(2, 2)], 0)),
    'invariant-violated',
  );
});

const followerCommits: readonly [leaderCommit: number, sent: number, expected: number][] = [
  [0, 2, 0],
  [3, 2, 3],
  [9, 2, 4],
  [9, 0, 2],
  [1, 0, 1],
];

for (const [leaderCommit, sent, expected] of followerCommits) {
  log(`leader commit ${leaderCommit} with ${sent} entries after 2 commits ${expected}`, () => {
    // Entry 5 is an old leader's: nothing was said about it.
    const { log: one } = build({ stable: [1, 1, 1, 1, 1] });
    one.tryAppend(2, 1, [entry(3, 1), entry(4, 1)].slice(0, sent), leaderCommit);
    assert.is(one.committed, expected);
  });
}

log('commit never goes back, and not beyond the last entry', () => {
  const { log: one } = build({ stable: [1, 1] });
  one.commitTo(2);
  one.commitTo(1);
  assert.is(one.committed, 2);
  assert.is(
    codeOf(() => one.commitTo(3)),
    'invariant-violated',
  );
});

log('counting commits entries of the own term only', () => {
  const { log: one } = build({ stable: [1, 2, 3] });
  assert.is(one.commitByQuorum(2, 3), false);
  assert.is(one.commitByQuorum(3, 3), true);
  assert.is(one.commitByQuorum(3, 3), false);
  assert.is(one.commitByQuorum(Number.POSITIVE_INFINITY, 3), false);
});

const conflicts: readonly [index: number, term: number, expected: readonly [number, number]][] = [
  [5, 5, [5, 4]],
  [5, 4, [5, 4]],
  [5, 3, [3, 2]],
  [5, 1, [1, 1]],
  [5, 0, [0, 0]],
  [7, 4, [7, 0]],
];

for (const [index, term, [at, found]] of conflicts) {
  log(`with terms 1 2 2 4 4 the search from ${index} for term ${term} ends at ${at}`, () => {
    const { log: one } = build({ stable: [1, 2, 2, 4, 4] });
    assert.equal(one.findConflict(index, term), { index: at, term: found });
  });
}

log('the search for a conflict ends where terms are not known any more', () => {
  const { log: one } = build({ snapshot: [4, 7], stable: [8] });
  assert.equal(one.findConflict(5, 3), { index: 3, term: 0 });
});

log('in synchronous mode unstable entries may be applied, in asynchronous mode not', () => {
  for (const applyUnstable of [true, false]) {
    const { log: one, storage } = build({ stable: [1, 1], unstable: [1, 1], applyUnstable });
    one.commitTo(4);
    assert.equal(indexes(one.committedToApply()), applyUnstable ? [1, 2, 3, 4] : [1, 2]);
    storage.append(one.unstable.next());
    one.unstable.acceptInProgress();
    one.unstable.stableTo(3, 1);
    assert.equal(indexes(one.committedToApply()), applyUnstable ? [1, 2, 3, 4] : [1, 2, 3]);
  }
});

log('what was handed out is not handed out again', () => {
  const { log: one } = build({ stable: [1, 1, 1] });
  one.commitTo(2);
  one.acceptApplying(one.committedToApply());
  assert.is(one.hasCommittedToApply, false);
  one.commitTo(3);
  assert.equal(indexes(one.committedToApply()), [3]);
});

const SIZE = entryBytes(entry(1, 1));

log('application pauses at the limit and goes on when there is room', () => {
  const { log: one } = build({ stable: [1, 1, 1, 1], maxApplyingBytes: 2 * SIZE });
  one.commitTo(4);
  const first = one.committedToApply();
  assert.equal(indexes(first), [1, 2]);
  one.acceptApplying(first);
  assert.equal(one.committedToApply(), []);
  one.appliedTo(1, SIZE);
  assert.equal(indexes(one.committedToApply()), [3]);
  one.acceptApplying(one.committedToApply());
  one.appliedTo(2, SIZE);
  assert.equal(indexes(one.committedToApply()), [4]);
});

log('application stays paused while as much as the limit is handed out', () => {
  const { log: one } = build({ stable: [1, 1, 1], maxApplyingBytes: 2 * SIZE });
  one.commitTo(3);
  one.acceptApplying(one.committedToApply());
  one.appliedTo(1, 0);
  assert.is(one.hasCommittedToApply, false);
});

log('application pauses also when the limit cut something off below it', () => {
  const { log: one } = build({ stable: [1, 1, 1], maxApplyingBytes: 2.5 * SIZE });
  one.commitTo(3);
  one.acceptApplying(one.committedToApply());
  assert.is(one.hasCommittedToApply, false);
  // Releasing more than was handed out (an entry from before a restart) does not make room for ever.
  one.appliedTo(2, 99 * SIZE);
  assert.equal(indexes(one.committedToApply()), [3]);
});

log('applied stays between its past and the commit index', () => {
  const { log: one } = build({ stable: [1, 1] });
  one.commitTo(1);
  assert.is(
    codeOf(() => one.appliedTo(2, 0)),
    'invariant-violated',
  );
  one.appliedTo(1, 0);
  assert.is(
    codeOf(() => one.appliedTo(0, 0)),
    'invariant-violated',
  );
});

// Against a plain array of terms: whatever the order of appends and acknowledgements.
type Action =
  | { readonly kind: 'append'; readonly back: number; readonly count: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'stored' };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), back: fc.nat(3), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('ready' as const) }),
  fc.record({ kind: fc.constant('stored' as const) }),
);

log('appends, Readys and delayed acknowledgements of replaced entries never lose or mix entries', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), actions => {
      const { log: one, storage } = build({});
      const model: number[] = [];
      const writes: { entries: readonly Entry[]; index: number; term: number }[] = [];
      let term = 0;
      for (const next of actions) {
        if (next.kind === 'append') {
          term += 1;
          model.length = Math.max(0, model.length - next.back);
          const from = model.length + 1;
          for (let added = 0; added < next.count; added += 1) model.push(term);
          one.append(model.slice(from - 1).map((each, at) => entry(from + at, each)));
        } else if (next.kind === 'ready') {
          const entries = one.unstable.next();
          one.unstable.acceptInProgress();
          if (!one.unstable.isEmpty) writes.push({ entries, index: one.lastIndex, term: one.lastTerm });
        } else {
          const write = writes.shift();
          if (write === undefined) continue;
          storage.append(write.entries);
          one.unstable.stableTo(write.index, write.term);
        }
        assert.equal(
          one.entries(1, one.lastIndex + 1, Number.POSITIVE_INFINITY).map(each => each.term),
          model,
        );
      }
      for (const write of writes) storage.append(write.entries);
      storage.append(one.unstable.next());
      assert.equal(
        storage.all().map(each => each.term),
        model,
      );
    }),
  );
});

log.run();
