/** What a leader believes about one member, step by step. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raftId } from '../../src/raft/index.js';
import { Progress } from '../../src/raft/progress.js';

const rules = suite('progress');

const LIMITS = { maxInflightMessages: 3, maxInflightBytes: Number.POSITIVE_INFINITY };

/** Replicating, with match 5 and two messages of two entries under way. */
function replicating(): Progress {
  const progress = new Progress(raftId(2), 1, LIMITS);
  progress.advanceTo(5);
  progress.becomeReplicate();
  progress.sent(2, 20);
  progress.sent(2, 20);
  return progress;
}

const marks = ({ state, match, next, flowPaused }: Progress) => [state, match, next, flowPaused];

rules('while replicating next runs ahead, while probing it stays and sending pauses', () => {
  const progress = replicating();
  assert.equal(marks(progress), ['replicate', 5, 10, false]);
  progress.becomeProbe();
  assert.equal([...marks(progress), progress.inflights.count], ['probe', 5, 6, false, 0]);
  progress.sent(0, 0);
  assert.is(progress.flowPaused, false, 'an empty message is no probe to wait for');
  progress.sent(2, 20);
  assert.equal(marks(progress), ['probe', 5, 6, true]);
});

rules('a full window pauses, an empty message does not fill it', () => {
  const progress = replicating();
  progress.sent(0, 0);
  assert.equal([progress.inflights.count, progress.isPaused], [2, false]);
  progress.sent(1, 1);
  assert.equal([progress.inflights.count, progress.isPaused], [3, true]);
});

const told: readonly [name: string, sentCommit: number, expected: number][] = [
  ['what was told beyond match is untold', 9, 5],
  ['what was told before match stays told', 3, 3],
];

for (const [name, sentCommit, expected] of told) {
  rules(`going back to probing: ${name}`, () => {
    const progress = replicating();
    progress.sentCommit = sentCommit;
    progress.becomeProbe();
    assert.is(progress.sentCommit, expected);
  });
  rules(`backing up a probe: ${name}`, () => {
    const progress = replicating();
    progress.becomeProbe();
    progress.next = 10;
    progress.sentCommit = sentCommit;
    assert.is(progress.backUp(9, 2), true);
    assert.equal([progress.next, progress.sentCommit], [6, expected]);
  });
}

rules('a stale rejection changes nothing', () => {
  const progress = replicating();
  assert.equal([progress.backUp(5, 2), progress.backUp(4, 2)], [false, false]);
  assert.equal(marks(progress), ['replicate', 5, 10, false]);
  progress.becomeProbe();
  assert.equal([progress.backUp(4, 2), progress.backUp(6, 2)], [false, false]);
  assert.equal(marks(progress), ['probe', 5, 6, false]);
});

rules('a commit is news only if it was not told and can be used with what was sent', () => {
  const progress = replicating();
  progress.sentCommit = 5;
  assert.equal(
    [5, 6].map(commit => progress.canLearnCommit(commit)),
    [false, true],
  );
  progress.sentCommit = 9;
  assert.is(progress.canLearnCommit(20), false);
});

rules('after a snapshot probing begins behind it, or behind match if that is further', () => {
  const progress = replicating();
  progress.becomeSnapshot(8);
  assert.equal([progress.next, progress.sentCommit, progress.isPaused], [9, 8, true]);
  progress.becomeProbe();
  assert.is(progress.next, 9);
  progress.becomeSnapshot(8);
  progress.advanceTo(20);
  progress.becomeProbe();
  assert.is(progress.next, 21);
});

rules('an acknowledgement moves match, and next only forward', () => {
  const progress = replicating();
  assert.equal([progress.advanceTo(5), progress.advanceTo(4)], [false, false]);
  assert.is(progress.advanceTo(7), true);
  assert.equal([progress.match, progress.next], [7, 10]);
  progress.flowPaused = true;
  progress.advanceTo(30);
  assert.equal(marks(progress), ['replicate', 30, 31, false]);
});

rules('a reset forgets all but the learner mark', () => {
  const progress = replicating();
  progress.isLearner = true;
  progress.recentActive = true;
  progress.sentCommit = 5;
  progress.reset(0, 11);
  assert.equal([...marks(progress), progress.inflights.count], ['probe', 0, 11, false, 0]);
  assert.equal([progress.isLearner, progress.recentActive, progress.sentCommit], [true, false, 0]);
});

rules.run();
