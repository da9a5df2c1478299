/** Rules of elections beyond the paper's figures: pre-vote, stickiness, forced votes, who may campaign. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeConfChange, NONE, raftId } from '../../src/raft/index.js';
import {
  append,
  DRAWN_TICKS,
  ELECTION_TICKS,
  entry,
  heartbeat,
  ofType,
  ownResponses,
  SingleNode,
  snapshotMessage,
  voteReply,
  voteRequest,
} from './single-node.js';

const rules = suite('election rules');

const preCandidate = (): SingleNode => {
  const node = new SingleNode({ preVote: true, term: 3, vote: 2, log: [1] });
  node.core.campaign();
  return node;
};

rules('a pre-vote asks for the next term and changes neither term nor vote nor timers', () => {
  const node = new SingleNode({ preVote: true, term: 3, vote: 2, drawElectionTimeout: () => 12 });
  node.tick(5);
  node.core.campaign();
  const { term, vote, role, leader } = node.core.status();
  assert.equal([term, vote, role, leader], [3, 2, 'pre-candidate', NONE]);
  assert.equal(
    ofType(node.flush(), 'PreVote').map(request => [request.to, request.term]),
    [
      [2, 4],
      [3, 4],
    ],
  );
  // The election timer went on: 7 more ticks make 12, and a new pre-vote.
  assert.equal(node.tick(6), []);
  assert.is(ofType(node.tick(1), 'PreVote').length, 2);
});

rules('a won pre-vote starts the real election at once', () => {
  const node = preCandidate();
  node.flush();
  const sent = node.step(voteReply(3, 4, false, 'PreVoteReply'));
  assert.equal([node.core.role, node.core.term, node.core.status().vote], ['candidate', 4, 1]);
  assert.is(ofType(sent, 'RequestVote').length, 2);
});

rules('a lost pre-vote makes a follower of the same term without leader', () => {
  const node = preCandidate();
  node.flush();
  node.step(voteReply(2, 3, true, 'PreVoteReply'), voteReply(3, 3, true, 'PreVoteReply'));
  assert.equal([node.core.role, node.core.term, node.core.leader], ['follower', 3, NONE]);
});

rules('a refused pre-vote of a higher term teaches the term', () => {
  const node = preCandidate();
  node.flush();
  node.step(voteReply(2, 8, true, 'PreVoteReply'));
  assert.equal([node.core.role, node.core.term], ['follower', 8]);
});

rules('answers of the other phase do not count', () => {
  const asker = preCandidate();
  asker.flush();
  asker.step(voteReply(2, 3), voteReply(3, 3));
  assert.is(asker.core.role, 'pre-candidate');
  const candidate = new SingleNode({ voters: [1, 2, 3, 4, 5] });
  candidate.core.campaign();
  candidate.flush();
  candidate.step(voteReply(2, 1, false, 'PreVoteReply'), voteReply(3, 1, false, 'PreVoteReply'));
  assert.is(candidate.core.role, 'candidate');
});

rules('only the first answer of a voter counts', () => {
  const node = new SingleNode({ voters: [1, 2, 3, 4, 5] });
  node.core.campaign();
  node.flush();
  node.step(voteReply(2, 1, true), voteReply(2, 1), voteReply(3, 1));
  assert.is(node.core.role, 'candidate');
  node.step(voteReply(4, 1));
  assert.is(node.core.role, 'leader');
});

rules('answers of an earlier round of pre-votes do not count in the next', () => {
  const node = new SingleNode({ preVote: true, voters: [1, 2, 3, 4, 5], term: 3 });
  const answer = (id: number, reject: boolean) => voteReply(id, reject ? 3 : 4, reject, 'PreVoteReply');
  node.core.campaign();
  node.flush();
  node.step(answer(2, true), answer(3, true));
  assert.is(node.core.role, 'pre-candidate');
  node.core.campaign();
  node.flush();
  node.step(answer(2, false), answer(3, false));
  assert.is(node.core.role, 'candidate');
});

rules('a lost election makes a follower without leader', () => {
  const node = new SingleNode();
  node.core.campaign();
  node.flush();
  node.step(voteReply(2, 1, true), voteReply(3, 1, true));
  assert.equal([node.core.role, node.core.leader, node.core.term], ['follower', NONE, 1]);
});

rules('granting a pre-vote changes nothing, granting a vote resets the election timer', () => {
  const node = new SingleNode({ drawElectionTimeout: () => 12 });
  node.tick(8);
  const [pre] = ofType(node.step(voteRequest(2, 1, [0, 0], 'PreVote')), 'PreVoteReply');
  assert.equal([pre?.reject, pre?.term], [false, 1]);
  assert.equal([node.core.term, node.core.status().vote], [0, NONE]);
  const again = new SingleNode({ term: 1, drawElectionTimeout: () => 12 });
  again.tick(8);
  again.step(voteRequest(2, 1, [0, 0]));
  again.tick(11);
  assert.is(again.core.role, 'follower');
  again.tick(1);
  assert.is(again.core.role, 'candidate');
});

rules('who voted in this term still grants pre-votes of later terms, to those up to date', () => {
  const node = new SingleNode({ term: 2, vote: 3, log: [2] });
  const replies = ofType(
    node.step(
      voteRequest(2, 3, [1, 2], 'PreVote'),
      voteRequest(2, 3, [0, 0], 'PreVote'),
      voteRequest(2, 2, [1, 2], 'PreVote'),
    ),
    'PreVoteReply',
  );
  assert.equal(
    replies.map(reply => reply.reject),
    [false, true, true],
  );
});

rules('a known leader keeps the vote of this term from others', () => {
  const node = new SingleNode({ term: 2 });
  node.step(heartbeat(2, 2));
  const [refused] = ofType(node.step(voteRequest(3, 2, [9, 2])), 'RequestVoteReply');
  assert.is(refused?.reject, true);
  node.core.forgetLeader();
  const [granted] = ofType(node.step(voteRequest(3, 2, [9, 2])), 'RequestVoteReply');
  assert.is(granted?.reject, false);
});

for (const type of ['RequestVote', 'PreVote'] as const) {
  rules(`${type}: stickiness needs check-quorum, a known leader that was heard, and no force`, () => {
    const hears = (options: { checkQuorum: boolean; known: boolean; quiet: number; forced: boolean }) => {
      const node = new SingleNode({ term: 1, checkQuorum: options.checkQuorum });
      if (options.known) node.step(heartbeat(2, 1));
      node.tick(options.quiet);
      return node.step(voteRequest(3, 5, [9, 4], type, options.forced)).length > 0;
    };
    const sticky = { checkQuorum: true, known: true, quiet: ELECTION_TICKS - 1, forced: false };
    assert.is(hears(sticky), false);
    assert.is(hears({ ...sticky, checkQuorum: false }), true);
    assert.is(hears({ ...sticky, known: false }), true);
    assert.is(hears({ ...sticky, quiet: ELECTION_TICKS }), true);
    assert.is(hears({ ...sticky, forced: true }), true);
  });
}

rules('a leader sticks to itself', () => {
  const node = new SingleNode({ checkQuorum: true });
  node.lead(2);
  assert.equal(node.step(voteRequest(3, 5, [9, 4])), []);
  assert.is(node.core.role, 'leader');
});

for (const message of [append(2, 1, [0, 0]), heartbeat(2, 1)]) {
  for (const [checkQuorum, preVote] of [
    [true, false],
    [false, true],
    [false, false],
  ] as const) {
    const told = checkQuorum || preVote;
    rules(`a stale ${message.type} is answered if votes are sticky: ${checkQuorum}, ${preVote}`, () => {
      const node = new SingleNode({ term: 4, checkQuorum, preVote });
      const sent = ofType(node.step(message), 'AppendEntriesReply');
      assert.equal(
        sent.map(reply => [reply.to, reply.term, reply.index, reply.reject]),
        told ? [[2, 4, 0, false]] : [],
      );
    });
  }
}

rules('a stale pre-vote is refused with the own term', () => {
  const node = new SingleNode({ term: 4 });
  const [reply] = ofType(node.step(voteRequest(2, 3, [9, 3], 'PreVote')), 'PreVoteReply');
  assert.equal([reply?.to, reply?.term, reply?.reject], [2, 4, true]);
});

rules('learners vote, but never campaign', () => {
  const node = new SingleNode({ voters: [2, 3], learners: [1] });
  const [reply] = ofType(node.step(voteRequest(2, 1, [0, 0])), 'RequestVoteReply');
  assert.is(reply?.reject, false);
  node.tick(5 * DRAWN_TICKS);
  node.core.campaign();
  assert.equal([node.core.role, node.core.term], ['follower', 1]);
});

rules('who is no member does not campaign', () => {
  const node = new SingleNode({ voters: [2, 3] });
  node.tick(5 * DRAWN_TICKS);
  assert.equal([node.core.role, node.core.term], ['follower', 0]);
});

rules('who has a snapshot to store does not campaign', () => {
  const node = new SingleNode();
  node.core.step(snapshotMessage(2, 2, [5, 2]));
  for (let tick = 0; tick < 2 * DRAWN_TICKS; tick += 1) node.core.tick();
  node.core.campaign();
  assert.is(node.core.role, 'follower');
  node.flush();
  node.core.campaign();
  assert.is(node.core.role, 'candidate');
});

rules('who has a committed membership change to apply does not campaign', () => {
  const node = new SingleNode({ asyncStorageWrites: true });
  const data = encodeConfChange({
    transition: 'auto',
    operations: [{ kind: 'add-voter', id: raftId(4) }],
  });
  const change = { ...entry(2, 1), type: 'conf-change-v2' as const, data };
  node.core.step(append(2, 1, [0, 0], [entry(1, 1), change], 1));
  const stored = node.core.ready();
  node.storage.append(stored.entries);
  for (const response of ownResponses(stored.messages)) node.core.step(response);
  node.core.step(append(2, 1, [2, 1], [], 2));
  node.core.campaign();
  assert.is(node.core.role, 'follower');
  const applied = node.core.ready();
  node.core.applyConfChange({
    transition: 'auto',
    operations: [{ kind: 'add-voter', id: raftId(4) }],
  });
  for (const response of ownResponses(applied.messages)) node.core.step(response);
  node.core.campaign();
  assert.is(node.core.role, 'candidate');
});

rules('only the timeout set by override counts until the next draw', () => {
  const node = new SingleNode();
  node.core.overrideElectionTimeout(2);
  node.tick(1);
  assert.is(node.core.role, 'follower');
  node.tick(1);
  assert.is(node.core.role, 'candidate');
  node.tick(DRAWN_TICKS - 1);
  assert.is(node.core.term, 1);
  node.tick(1);
  assert.is(node.core.term, 2);
});

rules('candidates ignore what is not for them', () => {
  const node = new SingleNode();
  node.core.campaign();
  node.flush();
  node.core.forgetLeader();
  node.core.readIndex('r');
  node.core.transferLeadership(raftId(2));
  const timeoutNow = { type: 'TimeoutNow', from: raftId(2), to: raftId(1), term: 1 } as const;
  assert.equal(node.step(timeoutNow), []);
  assert.equal([node.core.role, node.core.term], ['candidate', 1]);
});

rules('a candidate asks the voters of both halves, each once', () => {
  const node = new SingleNode({ voters: [1, 2, 4], outgoing: [1, 2, 3], learners: [7] });
  node.core.campaign();
  assert.equal(
    ofType(node.flush(), 'RequestVote').map(request => request.to),
    [2, 3, 4],
  );
});

// Check-quorum

const activity: readonly [heard: readonly number[], stays: boolean][] = [
  [[], false],
  [[2], false],
  [[2, 3], true],
  [[2, 9], false],
];

for (const [heard, stays] of activity) {
  rules(`of voters 1-5 and learner 9, a leader that hears ${heard} ${stays ? 'stays' : 'steps down'}`, () => {
    const node = new SingleNode({ voters: [1, 2, 3, 4, 5], learners: [9], checkQuorum: true });
    node.lead(2, 3);
    const round = (): void => {
      for (const id of heard) {
        node.step({ type: 'HeartbeatReply', from: raftId(id), to: raftId(1), term: 1, readSequence: 0 });
      }
      node.tick(ELECTION_TICKS);
    };
    round();
    round();
    assert.is(node.core.role, stays ? 'leader' : 'follower');
    assert.is(node.core.term, 1);
  });
}

rules('without check-quorum a lonely leader stays', () => {
  const node = new SingleNode();
  node.lead(2);
  node.tick(10 * ELECTION_TICKS);
  assert.is(node.core.role, 'leader');
});

rules('in joint consensus a leader needs to hear a quorum of each half', () => {
  const node = new SingleNode({ voters: [1, 4, 5], outgoing: [1, 2, 3], checkQuorum: true });
  node.lead(2, 4);
  for (let round = 0; round < 2; round += 1) {
    node.step({ type: 'HeartbeatReply', from: raftId(2), to: raftId(1), term: 1, readSequence: 0 });
    node.tick(ELECTION_TICKS);
  }
  assert.is(node.core.role, 'follower');
});

rules('forget-leader: only a follower forgets, and nothing else changes', () => {
  const leader = new SingleNode();
  leader.lead(2);
  leader.core.forgetLeader();
  assert.is(leader.core.leader, 1);
  const lease = new SingleNode({ term: 1, checkQuorum: true, readOnly: 'lease-based' });
  lease.step(heartbeat(2, 1));
  lease.core.forgetLeader();
  assert.is(lease.core.leader, 2);
  const follower = new SingleNode({ term: 1, vote: 2, drawElectionTimeout: () => 12 });
  follower.step(heartbeat(2, 1));
  follower.tick(7);
  follower.core.forgetLeader();
  assert.equal([follower.core.leader, follower.core.status().vote], [NONE, 2]);
  follower.tick(4);
  assert.is(follower.core.role, 'follower');
  follower.tick(1);
  assert.is(follower.core.role, 'candidate');
});

rules.run();
