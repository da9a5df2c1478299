/** Rules of telling followers a new commit index when `deferCommitNotice` is on. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import { appendReply, heartbeatReply, ofType, type SingleNode } from './single-node.js';
import { leader } from './standing-nodes.js';

const rules = suite('deferred commit notice');

/** To whom, entries, commit. */
const told = (messages: readonly Message[]): readonly (readonly number[])[] =>
  ofType(messages, 'AppendEntries').map(one => [one.to, one.entries.length, one.commit]);

rules('with nothing else on its way the commit is told at once, to everybody who may learn it', () => {
  const node = leader({ deferCommitNotice: true });
  node.propose('a');
  assert.equal(told(node.step(appendReply(2, 1, 2))), [
    [2, 0, 2],
    [3, 0, 2],
  ]);
  assert.equal(told(node.step(appendReply(3, 1, 2))), [], 'who was told is not told again');
});

rules('while later entries are on their way nothing is said, and the next entries carry it', () => {
  const node = leader({ deferCommitNotice: true });
  node.propose('a');
  node.propose('b');
  assert.equal(told(node.step(appendReply(2, 1, 2))), []);
  assert.is(node.core.commitIndex, 2);
  assert.equal(told(node.step(appendReply(3, 1, 2))), [], 'nor to who answers late');
  assert.equal(told(node.propose('c')), [
    [2, 1, 2],
    [3, 1, 2],
  ]);
});

rules('the commit of the last entry tells all before it', () => {
  const node = leader({ deferCommitNotice: true });
  node.propose('a');
  node.propose('b');
  node.step(appendReply(2, 1, 2));
  assert.equal(told(node.step(appendReply(2, 1, 3))), [
    [2, 0, 3],
    [3, 0, 3],
  ]);
});

rules('a proposal before the Ready carries the commit, and no message of its own follows', () => {
  const node = leader({ deferCommitNotice: true });
  node.propose('a');
  node.core.step(appendReply(2, 1, 2));
  assert.equal(told(node.propose('b')), [
    [2, 1, 2],
    [3, 1, 2],
  ]);
});

rules('a heartbeat tells it to who has the entries, whatever is on its way', () => {
  const node = leader({ deferCommitNotice: true });
  node.propose('a');
  node.propose('b');
  node.step(appendReply(2, 1, 2));
  const beats = ofType(node.tick(1), 'Heartbeat');
  assert.equal(
    beats.map(one => [one.to, one.commit]),
    [
      [2, 2],
      [3, 1],
    ],
  );
  assert.ok(ofType(node.step(heartbeatReply(3, 1)), 'AppendEntries').every(one => one.commit === 2));
});

rules('the commit of a membership change is told at once, though entries follow it', () => {
  const node = leader({ deferCommitNotice: true });
  node.core.proposeConfChange({ transition: 'auto', operations: [{ kind: 'add-learner', id: raftId(4) }] });
  node.flush();
  node.propose('b');
  assert.equal(told(node.step(appendReply(2, 1, 2))).slice(0, 2), [
    [2, 0, 2],
    [3, 0, 2],
  ]);
});

const lazy = (): SingleNode =>
  leader({ deferCommitNotice: true, lazyCommitNotice: true, heartbeatTicks: 3, electionTicks: 10 });

rules('lazily, nobody is told at once, and the next entries carry the commit', () => {
  const node = lazy();
  node.propose('a');
  assert.equal(told(node.step(appendReply(2, 1, 2))), []);
  assert.is(node.core.commitIndex, 2);
  assert.equal(told(node.step(appendReply(3, 1, 2))), [], 'nor who answers late');
  assert.equal(told(node.propose('b')), [
    [2, 1, 2],
    [3, 1, 2],
  ]);
});

rules(
  'lazily, the next tick tells it when nothing followed, and only once; the leader must not sleep until then',
  () => {
    const node = lazy();
    node.tick(1);
    assert.ok(node.core.ticksUntilDue > 1);
    node.propose('a');
    node.step(appendReply(2, 1, 2));
    assert.is(node.core.ticksUntilDue, 1);
    assert.equal(told(node.tick(1)), [
      [2, 0, 2],
      [3, 0, 2],
    ]);
    node.core.tick();
    assert.equal(told(node.flush()), []);
  },
);

rules('lazily, who waits for the commit of its entries is told at once, and the others are not', () => {
  const node = lazy();
  node.propose('a');
  node.core.awaitsCommit(raftId(3));
  assert.equal(told(node.flush()), [], 'not before it is committed');
  assert.equal(told(node.step(appendReply(2, 1, 2))), [[3, 0, 2]]);
  assert.equal(told(node.tick(1)), [[2, 0, 2]]);
});

rules('lazily, who waits while later entries are on their way is told with the last of them', () => {
  const node = lazy();
  node.propose('a');
  node.core.awaitsCommit(raftId(3));
  node.propose('b');
  assert.equal(told(node.step(appendReply(2, 1, 2))), []);
  assert.equal(told(node.step(appendReply(2, 1, 3))), [[3, 0, 3]]);
});

rules('lazily, a follower that reads gets the commit with its answer', () => {
  const node = lazy();
  node.propose('a');
  node.step(appendReply(2, 1, 2));
  const asked = node.step({ type: 'ReadIndex', from: raftId(3), to: raftId(1), term: 0, context: 'r' });
  assert.equal(
    ofType(asked, 'Heartbeat').map(one => [one.to, one.commit]),
    [
      [2, 2],
      [3, 1],
    ],
  );
  const answered = node.step(heartbeatReply(2, 1, 1));
  assert.equal(
    ofType(answered, 'ReadIndexReply').map(one => [one.to, one.index]),
    [[3, 2]],
  );
  assert.equal(told(answered), [[3, 0, 2]]);
});

rules('lazily, membership changes and transfers are told to all at once', () => {
  const node = lazy();
  node.core.proposeConfChange({ transition: 'auto', operations: [{ kind: 'add-learner', id: raftId(4) }] });
  node.flush();
  assert.equal(told(node.step(appendReply(2, 1, 2))).slice(0, 2), [
    [2, 0, 2],
    [3, 0, 2],
  ]);
  const other = lazy();
  other.propose('a');
  other.core.transferLeadership(raftId(3));
  other.flush();
  assert.equal(told(other.step(appendReply(2, 1, 2))), [
    [2, 0, 2],
    [3, 0, 2],
  ]);
});

rules.run();
