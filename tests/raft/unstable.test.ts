/** The unstable tail: what is handed out, and which acknowledgements count. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Unstable } from '../../src/raft/unstable.js';
import { codeOf, confState, entry } from './single-node.js';

const unstable = suite('unstable tail');

/** Entries 5, 6, 7 of term 1, of which `inProgress` were handed out. */
function tail(inProgress = 0): Unstable {
  const one = new Unstable(5);
  one.truncateAndAppend([entry(5, 1), entry(6, 1), entry(7, 1)].slice(0, inProgress));
  one.acceptInProgress();
  one.truncateAndAppend([entry(5, 1), entry(6, 1), entry(7, 1)].slice(inProgress));
  return one;
}

const marks = (one: Unstable): readonly number[] => [one.offset, one.inProgress, one.end];

unstable('what was handed out is not handed out again', () => {
  const one = tail(2);
  assert.equal(
    one.next().map(each => each.index),
    [7],
  );
  one.acceptInProgress();
  assert.is(one.hasNext, false);
  assert.equal(one.next(), []);
});

unstable('appending at the end keeps what is in progress', () => {
  const one = tail(2);
  one.truncateAndAppend([entry(8, 1)]);
  assert.equal(marks(one), [5, 7, 9]);
});

unstable('replacing from the middle takes back what is in progress from there on', () => {
  const one = tail(3);
  one.truncateAndAppend([entry(6, 2)]);
  assert.equal(marks(one), [5, 6, 7]);
  assert.equal(one.next(), [entry(6, 2)]);
});

unstable('replacing behind what is in progress leaves it', () => {
  const one = tail(1);
  one.truncateAndAppend([entry(7, 2)]);
  assert.equal(marks(one), [5, 6, 8]);
});

for (const from of [5, 3]) {
  unstable(`replacing from ${from}, at or before the offset, replaces all`, () => {
    const one = tail(3);
    one.truncateAndAppend([entry(from, 2)]);
    assert.equal(marks(one), [from, from, from + 1]);
  });
}

unstable('nothing to append is nothing', () => {
  const one = tail(1);
  one.truncateAndAppend([]);
  assert.equal(marks(one), [5, 6, 8]);
});

unstable('a gap is a fault', () => {
  assert.is(
    codeOf(() => tail().truncateAndAppend([entry(9, 1)])),
    'invariant-violated',
  );
  assert.is(
    codeOf(() => tail().slice(4, 6)),
    'invariant-violated',
  );
  assert.is(
    codeOf(() => tail().slice(5, 9)),
    'invariant-violated',
  );
});

const acknowledgements: readonly [index: number, term: number, marks: readonly number[]][] = [
  [5, 1, [6, 8, 8]],
  [7, 1, [8, 8, 8]],
  [6, 2, [5, 8, 8]],
  [4, 1, [5, 8, 8]],
  [8, 1, [5, 8, 8]],
];

for (const [index, term, expected] of acknowledgements) {
  unstable(`an acknowledgement of (${index}, ${term}) leaves ${expected}`, () => {
    const one = tail(3);
    one.stableTo(index, term);
    assert.equal(marks(one), expected);
  });
}

unstable('an acknowledgement of a snapshot that has the index is none of an entry', () => {
  const one = new Unstable(5);
  one.restore({ index: 9, term: 3, confState: confState([1]) });
  one.stableTo(9, 3);
  assert.equal(marks(one), [10, 10, 10]);
  assert.is(one.snapshot?.index, 9);
});

unstable('ABA: the acknowledgement of a replaced entry is void, that of its equal replacement is not', () => {
  const one = tail(3);
  // Term 2 replaces entry 7, term 3 replaces it again; the writes are acknowledged in order.
  one.truncateAndAppend([entry(7, 2)]);
  one.acceptInProgress();
  one.truncateAndAppend([entry(7, 3)]);
  one.acceptInProgress();
  one.stableTo(7, 1);
  one.stableTo(7, 2);
  assert.equal(marks(one), [5, 8, 8]);
  one.stableTo(7, 3);
  assert.equal(marks(one), [8, 8, 8]);
});

unstable('a snapshot is handed out once and goes when it is stored', () => {
  const one = tail(1);
  const snapshot = { index: 20, term: 4, confState: confState([1]) };
  one.restore(snapshot);
  assert.equal(marks(one), [21, 21, 21]);
  assert.is(one.nextSnapshot(), snapshot);
  one.acceptInProgress();
  assert.is(one.nextSnapshot(), null);
  assert.equal([one.term(20), one.term(19), one.term(21)], [4, undefined, undefined]);
  one.stableSnapshotTo(19);
  assert.is(one.snapshot, snapshot);
  one.stableSnapshotTo(20);
  assert.is(one.snapshot, null);
});

unstable('a newer snapshot is handed out also while an older one is being stored', () => {
  const one = tail(1);
  one.restore({ index: 20, term: 4, confState: confState([1]) });
  one.acceptInProgress();
  const newer = { index: 30, term: 4, confState: confState([1]) };
  one.restore(newer);
  assert.is(one.nextSnapshot(), newer);
  one.stableSnapshotTo(20);
  assert.is(one.snapshot, newer);
});

unstable.run();
