/** Rules of quiet heartbeats: when a leader marks one, and what it means to its follower. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import {
  appendReply,
  heartbeat,
  heartbeatReply,
  type NodeOptions,
  ofType,
  SingleNode,
} from './single-node.js';
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

/** Of term 1, one tick before a quorum check; since the last one it has heard from `answering`. */
function leaderOfFive(answering: readonly number[], options: NodeOptions = {}): SingleNode {
  const node = new SingleNode({ ...WINDOW, spareAnswers: true, voters: [1, 2, 3, 4, 5], ...options });
  node.lead(2, 3);
  for (const from of [2, 3, 4, 5]) node.acknowledge(from);
  node.tick(ELECTION_TICKS);
  for (const from of answering) node.step(heartbeatReply(from, 1));
  node.tick(ELECTION_TICKS - 1);
  for (const from of answering) node.step(heartbeatReply(from, 1));
  return node;
}

rules('no more members are asked than make a majority, and who was not heard from is asked next time', () => {
  const node = leaderOfFive([2, 3, 4, 5]);
  assert.equal(loud(node.tick(1)), [4, 5], '2 and 3 are spared');
  node.step(heartbeatReply(4, 1));
  node.step(heartbeatReply(5, 1));
  for (let ticks = 1; ticks < ELECTION_TICKS; ticks++) assert.equal(loud(node.tick(1)), []);
  assert.equal(loud(node.tick(1)), [2, 3], 'now 4 and 5 are');
  node.step(heartbeatReply(2, 1));
  node.step(heartbeatReply(3, 1));
  for (let ticks = 0; ticks < ELECTION_TICKS; ticks++) node.tick(1);
  assert.is(node.core.role, 'leader');
});

rules('when one that was asked has not answered half way, all are asked', () => {
  const node = leaderOfFive([2, 3, 4, 5]);
  node.tick(1);
  node.step(heartbeatReply(4, 1));
  for (let ticks = 1; ticks < ELECTION_TICKS / 2; ticks++) assert.equal(loud(node.tick(1)), [5]);
  assert.equal(loud(node.tick(1)), [2, 3, 5]);
});

rules('who is spared does not count: a lost majority is noticed at the next check', () => {
  const node = leaderOfFive([2, 3, 4, 5]);
  node.tick(1);
  for (let ticks = 1; ticks < ELECTION_TICKS; ticks++) {
    node.step(heartbeatReply(4, 1));
    node.tick(1);
    assert.is(node.core.role, 'leader');
  }
  node.tick(1);
  assert.is(node.core.role, 'follower');
});

rules('a member that is gone cannot be spared, nor others for it', () => {
  const node = leaderOfFive([2, 3]);
  assert.equal(loud(node.tick(1)), [2, 3, 4, 5]);
});

rules('where heartbeats are so rare that not all could be asked in time, nobody is spared', () => {
  const node = leaderOfFive([2, 3, 4, 5], { heartbeatTicks: 3 });
  assert.equal(loud(node.tick(4)), [2, 3, 4, 5]);
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
