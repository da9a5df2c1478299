/** Rules of quiet heartbeats: when a leader marks one, and what it means to its follower. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import { appendReply, heartbeat, heartbeatReply, ofType } from './single-node.js';
import { inRole, leader } from './standing-nodes.js';

const rules = suite('quiet heartbeats');

const ELECTION_TICKS = 10;
const WINDOW = { checkQuorum: true, electionTicks: ELECTION_TICKS };

/** To whom heartbeats went that are quiet. */
const quiet = (messages: readonly Message[]): readonly number[] =>
  ofType(messages, 'Heartbeat').flatMap(one => (one.quiet === true ? [one.to] : []));

const loud = (messages: readonly Message[]): readonly number[] =>
  ofType(messages, 'Heartbeat').flatMap(one => (one.quiet === true ? [] : [one.to]));

rules('a heartbeat is quiet for who has answered since the last quorum check and has everything', () => {
  const node = leader(WINDOW);
  assert.equal(loud(node.tick(1)), [], 'both have just answered appends');
  for (let ticks = 1; ticks < ELECTION_TICKS; ticks++)
    assert.equal(quiet(node.tick(1)).includes(2), ticks < 9);
  assert.equal(loud(node.tick(1)), [2, 3], 'after the check they have to answer again');
  node.step(heartbeatReply(2, 1));
  assert.equal(quiet(node.tick(1)), [2]);
});

rules('entries that are not known everywhere end the quiet', () => {
  const node = leader(WINDOW);
  node.propose('a');
  assert.equal(quiet(node.tick(1)), [], 'not committed');
  node.step(appendReply(2, 1, 2));
  assert.equal(quiet(node.tick(1)), [2], '2 was told the commit, 3 lacks the entry');
  node.step(appendReply(3, 1, 2));
  assert.equal(quiet(node.tick(1)), [2, 3]);
});

rules('a read that waits for confirmation ends the quiet', () => {
  const node = leader(WINDOW);
  node.tick(1);
  node.core.readIndex('r');
  assert.equal(quiet(node.flush()), []);
  assert.equal(quiet(node.tick(1)), []);
  node.step(heartbeatReply(2, 1, 1));
  assert.equal(quiet(node.tick(1)), [2, 3]);
});

rules('the leader that a follower hears of keeps it from campaigning, as a heartbeat does', () => {
  const node = inRole('follower', { electionTicks: ELECTION_TICKS });
  for (let ticks = 0; ticks < 5 * ELECTION_TICKS; ticks++) {
    assert.equal(node.tick(1), []);
    assert.ok(node.core.hearLeader(raftId(2), 2));
  }
  assert.is(node.core.role, 'follower');
  assert.equal(node.flush(), [], 'it needs no answer');
});

rules('who does not follow this leader in this term takes no notice', () => {
  const node = inRole('follower', { electionTicks: ELECTION_TICKS });
  assert.not(node.core.hearLeader(raftId(3), 2));
  assert.not(node.core.hearLeader(raftId(2), 1));
  assert.not(node.core.hearLeader(raftId(2), 3));
  for (const role of ['candidate', 'pre-candidate', 'leader'] as const) {
    assert.not(inRole(role).core.hearLeader(raftId(2), 2));
  }
  node.step(heartbeat(2, 2));
  assert.ok(node.core.hearLeader(raftId(2), 2));
});

rules.run();
