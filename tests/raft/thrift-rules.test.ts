/** Rules of thrifty replication: who gets new entries at once, who later, and when everybody does (`thriftyBytes`). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import {
  ELECTION_TICKS,
  heartbeat,
  heartbeatReply,
  type NodeOptions,
  ofType,
  rejection,
  SingleNode,
  voteRequest,
} from './single-node.js';
import { unreachable } from './standing-nodes.js';

const rules = suite('thrifty replication');

const THRIFTY_BYTES = 10;
const HEARTBEAT_TICKS = 5;

/** To whom, after which entry, how many entries. */
const appends = (messages: readonly Message[]): readonly (readonly number[])[] =>
  ofType(messages, 'AppendEntries').map(one => [one.to, one.prevLogIndex, one.entries.length]);

/** Of term 1; everyone has its first entry, and a quorum check has just been. */
function thrifty(options: NodeOptions = {}): SingleNode {
  const { voters = [1, 2, 3] } = options;
  const node = new SingleNode({
    checkQuorum: true,
    heartbeatTicks: HEARTBEAT_TICKS,
    repeatBytes: 100,
    thriftyBytes: THRIFTY_BYTES,
    deferCommitNotice: true,
    lazyCommitNotice: true,
    ...options,
  });
  node.lead(2, 3);
  for (const id of voters.slice(1)) node.acknowledge(id);
  node.tick(ELECTION_TICKS);
  for (const id of voters.slice(1)) node.step(heartbeatReply(id, 1));
  return node;
}

rules('new entries leave at once for a majority only, for the others with the next tick', () => {
  const node = thrifty();
  assert.equal(appends(node.propose('a')), [[2, 1, 1]]);
  assert.is(node.core.ticksUntilDue, 1);
  assert.equal(appends(node.tick(1)), [[3, 1, 1]]);
});

rules('of five nodes two are deferred', () => {
  const node = thrifty({ voters: [1, 2, 3, 4, 5] });
  assert.equal(appends(node.propose('a')), [
    [2, 1, 1],
    [3, 1, 1],
  ]);
  assert.equal(appends(node.tick(1)), [
    [4, 1, 1],
    [5, 1, 1],
  ]);
});

rules('what was committed meanwhile is told in the same message, and what came meanwhile is in it', () => {
  const node = thrifty();
  node.propose('a');
  node.acknowledge(2);
  node.propose('b');
  node.acknowledge(2);
  assert.is(node.core.commitIndex, 3);
  const [late] = ofType(node.tick(1), 'AppendEntries').filter(({ to }) => to === 3);
  assert.equal([late?.prevLogIndex, late?.entries.length, late?.commit], [1, 2, 3]);
});

rules('an acknowledgement of what was sent does not bring the next entries forward', () => {
  const node = thrifty();
  node.propose('a');
  node.tick(1);
  node.propose('b');
  assert.equal(appends(node.acknowledge(3, 2)), []);
  assert.equal(appends(node.acknowledge(2, 3)), []);
  assert.equal(appends(node.tick(1))[0], [3, 2, 1]);
});

rules('when many bytes wait they leave before the tick', () => {
  const node = thrifty();
  assert.equal(appends(node.propose('a'.repeat(THRIFTY_BYTES - 1))), [[2, 1, 1]]);
  assert.equal(appends(node.propose('b')), [
    [2, 2, 1],
    [3, 1, 2],
  ]);
  assert.equal(appends(node.propose('c')), [[2, 3, 1]]);
});

rules('nobody is deferred before the first quorum check of a leader, nor without the setting', () => {
  const fresh = new SingleNode({ checkQuorum: true, thriftyBytes: THRIFTY_BYTES });
  fresh.lead(2, 3);
  for (const id of [2, 3]) fresh.acknowledge(id);
  const without = thrifty({ thriftyBytes: 0 });
  for (const node of [fresh, without]) assert.is(appends(node.propose('a')).length, 2);
});

rules('the member that keeps up is not the one that is deferred', () => {
  const node = thrifty();
  node.propose('a');
  node.tick(1);
  node.acknowledge(3);
  node.tick(ELECTION_TICKS - 2);
  node.step(heartbeatReply(2, 1));
  node.tick(1);
  assert.equal(appends(node.propose('b')), [[3, 2, 1]]);
});

rules('a member that is silent is not counted on, and nobody is deferred for it', () => {
  const node = thrifty();
  node.tick(ELECTION_TICKS);
  node.step(heartbeatReply(2, 1));
  node.tick(ELECTION_TICKS);
  assert.equal(appends(node.propose('a')), [
    [2, 1, 1],
    [3, 1, 1],
  ]);
});

rules('a commit that takes long: the deferred get what they lack, and are deferred as before', () => {
  const node = thrifty();
  node.propose('a');
  node.core.resend();
  assert.equal(appends(node.flush()), [
    [2, 1, 1],
    [3, 1, 1],
  ]);
  node.acknowledge(2);
  assert.equal(appends(node.propose('b')), [[2, 2, 1]]);
});

rules('when a member that was asked again has not answered, nobody is deferred', () => {
  const node = thrifty();
  node.propose('a');
  node.core.resend();
  node.core.resend();
  node.flush();
  assert.equal(appends(node.propose('b')), [
    [2, 2, 1],
    [3, 2, 1],
  ]);
});

const ends: readonly [what: string, event: (node: SingleNode) => readonly Message[]][] = [
  ['a member cannot be reached', node => unreachable(node, 2)],
  ['a message was lost', node => node.step(rejection(2, 1, 2, 1, 1))],
];

for (const [what, event] of ends) {
  rules(`${what}: the deferred get what they lack at once, and from then on`, () => {
    const node = thrifty();
    node.propose('a');
    assert.ok(appends(event(node)).some(([to]) => to === 3));
    assert.ok(appends(node.propose('b')).some(([to]) => to === 3));
  });
}

rules('after a loss nobody is deferred for as long as entries are repeated', () => {
  const node = thrifty();
  node.propose('a');
  node.step(rejection(2, 1, 2, 1, 1));
  for (const id of [2, 3]) node.acknowledge(id);
  node.tick(ELECTION_TICKS);
  assert.is(appends(node.propose('b')).length, 2);
});

rules('who waits for a commit is not deferred', () => {
  const node = thrifty();
  node.propose('a');
  node.core.awaitsCommit(raftId(3));
  assert.equal(appends(node.flush()), [[3, 1, 1]]);
  assert.equal(appends(node.propose('b')).length, 2);
});

rules('the target of a transfer gets what it lacks at once', () => {
  const node = thrifty();
  node.propose('a');
  node.core.transferLeadership(raftId(3));
  assert.equal(appends(node.flush())[0], [3, 1, 1]);
  assert.is(ofType(node.acknowledge(3), 'TimeoutNow').length, 1);
});

rules('while the membership changes nobody is deferred', () => {
  const node = thrifty();
  node.core.proposeConfChange({
    transition: 'explicit',
    operations: [{ kind: 'add-learner', id: raftId(4) }],
  });
  node.flush();
  node.acknowledge(2);
  node.tick(ELECTION_TICKS);
  assert.is(appends(node.propose('b')).filter(([to]) => to === 2 || to === 3).length, 2);
});

/** Member 1 with entries up to 2 follows 2, which has not been heard for an election timeout. */
function follower(options: NodeOptions = {}): SingleNode {
  const node = new SingleNode({
    log: [1, 1],
    checkQuorum: true,
    preVote: true,
    thriftyBytes: THRIFTY_BYTES,
    ...options,
  });
  node.step(heartbeat(2, 1));
  node.tick(ELECTION_TICKS);
  return node;
}

rules('who is asked for a vote by a member that lacks entries campaigns soon: its own log would win', () => {
  const node = follower();
  assert.is(node.core.ticksUntilDue, 5);
  const [answer] = ofType(node.step(voteRequest(3, 2, [1, 1], 'PreVote')), 'PreVoteReply');
  assert.is(answer?.reject, true);
  assert.is(node.core.ticksUntilDue, 1);
  node.tick(1);
  assert.is(node.core.role, 'pre-candidate');
});

rules('not so by one that it votes for, nor while it hears a leader, nor without the setting', () => {
  const voted = follower();
  voted.step(voteRequest(3, 2, [2, 1], 'PreVote'));
  assert.is(voted.core.ticksUntilDue, 5);
  const led = follower();
  led.step(heartbeat(2, 1));
  led.step(voteRequest(3, 2, [1, 1], 'PreVote'));
  assert.is(led.core.ticksUntilDue, 15);
  const without = follower({ thriftyBytes: 0 });
  without.step(voteRequest(3, 2, [1, 1], 'PreVote'));
  assert.is(without.core.ticksUntilDue, 5);
});

rules.run();
