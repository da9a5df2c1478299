/** Rules of telling followers a new commit index when `deferCommitNotice` is on. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import { appendReply, heartbeatReply, ofType } from './single-node.js';
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

rules.run();
