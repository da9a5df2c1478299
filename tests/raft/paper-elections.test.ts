/** The Raft paper (extended version), sections 5.1, 5.2, 5.4.1: terms and elections, each rule under its section. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, NONE, type Role } from '../../src/raft/index.js';
import {
  append,
  appendReply,
  DRAWN_TICKS,
  entry,
  heartbeat,
  ofType,
  SingleNode,
  voteReply,
  voteRequest,
} from './single-node.js';
import { inRole } from './standing-nodes.js';

const paper = suite('Raft paper');

// 5.1 Terms

const higherTermMessages: readonly Message[] = [
  append(2, 9, [0, 0]),
  appendReply(2, 9, 0),
  voteRequest(2, 9, [99, 9]),
  voteReply(2, 9, true),
  heartbeat(2, 9),
];

for (const role of ['follower', 'candidate', 'leader'] as const) {
  for (const message of higherTermMessages) {
    paper(`5.1: a ${role} that sees a higher term in ${message.type} takes it over and follows`, () => {
      const node = inRole(role);
      node.step(message);
      assert.is(node.core.term, 9);
      assert.is(node.core.role, 'follower');
    });
  }
}

for (const role of ['follower', 'candidate', 'leader'] as const) {
  paper(`5.1: a ${role} ignores messages of an older term`, () => {
    const node = inRole(role);
    const before = node.core.status();
    const stale = append(3, 1, [0, 0], [entry(1, 1, 'stale')]);
    assert.equal(node.step(stale, heartbeat(3, 1), voteReply(3, 1), appendReply(3, 1, 0)), []);
    const after = node.core.status();
    assert.equal({ ...after, progress: [] }, { ...before, progress: [] });
  });
}

paper('5.1, Figure 2: a vote request of an older term is answered by nothing that grants', () => {
  const node = inRole('follower');
  const sent = node.step(voteRequest(3, 1, [99, 9]));
  assert.equal(
    ofType(sent, 'RequestVoteReply').filter(reply => !reply.reject),
    [],
  );
});

// 5.2 Leader election

paper('5.2: servers start up as followers', () => {
  assert.is(new SingleNode().core.role, 'follower');
});

paper('5.2: a leader sends heartbeats to all others at every heartbeat timeout', () => {
  const node = new SingleNode({ heartbeatTicks: 2 });
  node.lead(2);
  assert.equal(node.tick(1), []);
  const beats = ofType(node.tick(1), 'Heartbeat');
  assert.equal(
    beats.map(beat => [beat.to, beat.term]),
    [
      [2, 1],
      [3, 1],
    ],
  );
});

for (const role of ['follower', 'candidate'] as const) {
  paper(`5.2: a ${role} without news campaigns: new term, vote for itself, requests to all others`, () => {
    const node = inRole(role);
    const sent = node.tick(DRAWN_TICKS);
    assert.is(node.core.term, 3);
    assert.is(node.core.role, 'candidate');
    assert.is(node.core.status().vote, 1);
    assert.equal(
      ofType(sent, 'RequestVote').map(request => [request.to, request.term]),
      [
        [2, 3],
        [3, 3],
      ],
    );
  });
}

paper('5.2: a follower that hears its leader does not campaign', () => {
  const node = inRole('follower');
  for (let round = 0; round < 10; round += 1) {
    node.tick(DRAWN_TICKS - 1);
    node.step(heartbeat(2, 2));
  }
  assert.is(node.core.role, 'follower');
});

paper('5.2: the election timeout is drawn anew for each election', () => {
  const draws = [11, 19, 13];
  let at = 0;
  const node = new SingleNode({ drawElectionTimeout: () => draws[at++ % draws.length] ?? 0 });
  node.tick(10);
  assert.is(node.core.role, 'follower');
  node.tick(1);
  assert.is(node.core.term, 1);
  node.tick(18);
  assert.is(node.core.term, 1);
  node.tick(1);
  assert.is(node.core.term, 2);
});

const elections: readonly [size: number, granted: number, refused: number, role: Role][] = [
  [1, 0, 0, 'leader'],
  [3, 0, 0, 'candidate'],
  [3, 1, 0, 'leader'],
  [3, 1, 1, 'leader'],
  [3, 0, 1, 'candidate'],
  [3, 0, 2, 'follower'],
  [4, 1, 0, 'candidate'],
  [4, 2, 0, 'leader'],
  [5, 1, 2, 'candidate'],
  [5, 2, 0, 'leader'],
  [5, 2, 2, 'leader'],
  [5, 1, 3, 'follower'],
];

for (const [size, granted, refused, role] of elections) {
  paper(`5.2: of ${size}, ${granted} grants and ${refused} refusals make a ${role}`, () => {
    const voters = Array.from({ length: size }, (_, at) => at + 1);
    const node = new SingleNode({ voters });
    node.core.campaign();
    node.flush();
    const refusers = voters.slice(1 + granted, 1 + granted + refused);
    node.step(...voters.slice(1, 1 + granted).map(id => voteReply(id, 1)));
    node.step(...refusers.map(id => voteReply(id, 1, true)));
    assert.is(node.core.role, role);
    assert.is(node.core.term, 1);
  });
}

const votes: readonly [before: number, asker: number, granted: boolean][] = [
  [0, 2, true],
  [0, 3, true],
  [2, 2, true],
  [3, 3, true],
  [2, 3, false],
  [3, 2, false],
];

for (const [vote, asker, granted] of votes) {
  paper(`5.2: with its vote for ${vote}, a follower ${granted ? 'grants' : 'refuses'} ${asker}`, () => {
    const node = new SingleNode({ term: 1, vote });
    const [reply] = ofType(node.step(voteRequest(asker, 1, [0, 0])), 'RequestVoteReply');
    assert.is(reply?.reject, !granted);
    assert.is(node.core.status().vote, granted ? asker : vote);
  });
}

for (const term of [2, 3]) {
  paper(`5.2: a candidate of term 2 that hears a leader of term ${term} follows it`, () => {
    const node = inRole('candidate');
    node.step(append(3, term, [0, 0]));
    assert.is(node.core.role, 'follower');
    assert.is(node.core.leader, 3);
    assert.is(node.core.term, term);
  });
}

// 5.4.1 Election restriction

const upToDate: readonly [own: readonly number[], last: readonly [number, number], granted: boolean][] = [
  [[1], [1, 1], true],
  [[1], [2, 1], true],
  [[1, 1], [1, 1], false],
  [[1], [1, 2], true],
  [[1], [2, 2], true],
  [[1, 1], [1, 2], true],
  [[2], [1, 1], false],
  [[2], [2, 1], false],
  [[1, 2], [1, 1], false],
  [[1, 2], [5, 1], false],
];

for (const [own, last, granted] of upToDate) {
  paper(`5.4.1: a log of terms ${own} ${granted ? 'grants' : 'refuses'} one that ends in ${last}`, () => {
    const node = new SingleNode({ log: own, term: 2 });
    const [reply] = ofType(node.step(voteRequest(2, 3, last)), 'RequestVoteReply');
    assert.is(reply?.reject, !granted);
    assert.is(node.core.status().vote, granted ? 2 : NONE);
  });
}

paper('5.4.1: a vote request names the last entry of the candidate', () => {
  const node = new SingleNode({ log: [1, 2, 2] });
  node.core.campaign();
  for (const request of ofType(node.flush(), 'RequestVote')) {
    assert.equal([request.lastLogIndex, request.lastLogTerm, request.term], [3, 2, 3]);
  }
});

paper.run();
