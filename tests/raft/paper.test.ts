/**
 * The rules of the Raft paper (extended version), each under its section.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, NONE, type Role, raftId } from '../../src/raft/index.js';
import {
  append,
  appendReply,
  codeOf,
  DRAWN_TICKS,
  entriesOf,
  entry,
  heartbeat,
  type NodeOptions,
  ofType,
  rejection,
  SingleNode,
  snapshotMessage,
  voteReply,
  voteRequest,
} from './single-node.js';

const paper = suite('Raft paper');

/** A node in each role, in term 2. */
function inRole(role: Role, options: NodeOptions = {}): SingleNode {
  const node = new SingleNode({ term: 1, preVote: role === 'pre-candidate', ...options });
  switch (role) {
    case 'follower':
      node.step(heartbeat(2, 2));
      break;
    case 'candidate':
      node.core.campaign();
      node.flush();
      break;
    case 'leader':
      node.lead(2);
      break;
    case 'pre-candidate':
      node.core.campaign();
      node.flush();
      break;
  }
  assert.is(node.core.role, role);
  return node;
}

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

// 5.3 Log replication

paper('5.3: a proposal is appended, and sent with the entry before it', () => {
  const node = new SingleNode();
  node.lead(2);
  node.acknowledge(2);
  node.acknowledge(3);
  const sent = ofType(node.propose('x'), 'AppendEntries');
  assert.is(node.core.lastIndex, 2);
  for (const message of sent) {
    assert.equal([message.prevLogIndex, message.prevLogTerm], [1, 1]);
    assert.is(message.entries[0]?.index, 2);
    assert.is(new TextDecoder().decode(message.entries[0]?.data), 'x');
  }
  assert.equal(
    sent.map(message => message.to),
    [2, 3],
  );
});

const commits: readonly [size: number, acks: readonly number[], committed: boolean][] = [
  [1, [], true],
  [3, [], false],
  [3, [2], true],
  [3, [2, 3], true],
  [5, [], false],
  [5, [2], false],
  [5, [2, 3], true],
  [5, [4, 5], true],
  [5, [2, 3, 4, 5], true],
];

for (const [size, acks, committed] of commits) {
  const name = `of ${size}, acknowledged by ${acks.length} others`;
  paper(`5.3: an entry ${name}, is ${committed ? 'committed and applied' : 'not committed'}`, () => {
    const voters = Array.from({ length: size }, (_, at) => at + 1);
    const node = new SingleNode({ voters });
    node.lead(...voters.slice(1));
    for (const id of voters.slice(1)) node.acknowledge(id);
    node.propose('x');
    for (const id of acks) node.acknowledge(id);
    assert.is(node.core.commitIndex, committed ? 2 : 1);
    assert.is(node.applied.length, committed ? 2 : 1);
  });
}

for (const log of [[], [2], [1, 2], [1]]) {
  paper(`5.3: committing commits all entries before it, of earlier leaders too (${log})`, () => {
    const node = new SingleNode({ log, term: 2 });
    node.lead(2);
    node.propose('x');
    node.acknowledge(2);
    const last = log.length + 2;
    assert.is(node.core.commitIndex, last);
    assert.equal(
      node.applied.map(one => one.index),
      Array.from({ length: last }, (_, at) => at + 1),
    );
  });
}

paper('5.3: a follower applies once it learns of the commit', () => {
  const node = new SingleNode();
  node.step(append(2, 1, [0, 0], [entry(1, 1, 'a'), entry(2, 1, 'b')], 1));
  assert.equal(
    node.applied.map(one => one.index),
    [1],
  );
  node.step(append(2, 1, [2, 1], [], 2));
  assert.equal(
    node.applied.map(one => one.index),
    [1, 2],
  );
});

const checks: readonly [prev: readonly [number, number], accepted: boolean, hint: number][] = [
  [[0, 0], true, 0],
  [[1, 1], true, 0],
  [[2, 2], true, 0],
  [[1, 2], false, 1],
  [[2, 3], false, 2],
  [[3, 3], false, 2],
];

for (const [prev, accepted, hint] of checks) {
  paper(`5.3: a log of terms 1, 2 ${accepted ? 'accepts' : 'rejects'} entries after ${prev}`, () => {
    const node = new SingleNode({ log: [1, 2] });
    const [reply] = ofType(node.step(append(2, 3, prev)), 'AppendEntriesReply');
    assert.is(reply?.reject, !accepted);
    if (!accepted) assert.is(reply?.hintIndex, hint);
    assert.is(reply?.index, prev[0]);
  });
}

const appends: readonly [
  prev: readonly [number, number],
  sent: readonly [number, number][],
  log: readonly number[],
][] = [
  [[2, 2], [[3, 3]], [1, 2, 3]],
  [
    [1, 1],
    [
      [2, 3],
      [3, 4],
    ],
    [1, 3, 4],
  ],
  [[0, 0], [[1, 1]], [1, 2]],
  [[0, 0], [[1, 3]], [3]],
  [[1, 1], [[2, 2]], [1, 2]],
];

for (const [prev, sent, log] of appends) {
  paper(`5.3: log 1, 2 with entries of terms ${sent.map(one => one[1])} after ${prev} is ${log}`, () => {
    const node = new SingleNode({ log: [1, 2] });
    node.step(
      append(
        2,
        4,
        prev,
        sent.map(([index, term]) => entry(index, term)),
      ),
    );
    assert.equal(node.terms, log);
  });
}

// Figure 7: the leader of term 8 brings every one of these logs in line with its own.
const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
const figure7: Readonly<Record<string, readonly number[]>> = {
  a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
  b: [1, 1, 1, 4],
  c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
  d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
  e: [1, 1, 1, 4, 4, 4, 4],
  f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
};

for (const [name, log] of Object.entries(figure7)) {
  paper(`5.3, Figure 7 (${name}): the leader makes the log of a follower its own`, () => {
    const leader = new SingleNode({ log: leaderLog, term: 7 });
    const follower = new SingleNode({ id: 2, log, term: 7 });
    leader.core.campaign();
    let toFollower: readonly Message[] = leader.flush();
    leader.step(voteReply(3, 8));
    toFollower = [...toFollower, ...leader.propose('x')];
    leader.step(voteReply(2, 8));
    // A beat makes up for what was sent while the follower was not listening.
    toFollower = leader.tick(1);
    let rounds = 0;
    while (toFollower.length > 0 && rounds < 20) {
      rounds += 1;
      const answers = follower.step(...toFollower.filter(message => message.to === 2));
      toFollower = leader.step(...answers.filter(message => message.to === 1));
    }
    assert.equal(follower.terms, [...leaderLog, 8, 8]);
    // One round for the heartbeat, one for each term that differs, one to fill in, one to learn the commit.
    assert.ok(rounds <= 7, `${rounds} rounds`);
  });
}

paper('5.3: after a rejection the leader moves next back and tries again', () => {
  const node = new SingleNode({ log: [1, 1, 1] });
  node.lead(2);
  const [again] = ofType(node.step(rejection(2, 2, 3, 1)), 'AppendEntries');
  assert.equal([again?.prevLogIndex, again?.prevLogTerm], [1, 1]);
  assert.is(again?.entries.length, 3);
});

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

// 5.4.2 Committing entries from previous terms

const counting: readonly [acked: number, commit: number][] = [
  [1, 0],
  [2, 0],
  [3, 3],
];

for (const [acked, commit] of counting) {
  paper(`5.4.2, Figure 8: log 1, 2 and own 3, acknowledged to ${acked}, is committed to ${commit}`, () => {
    const node = new SingleNode({ log: [1, 2], term: 2 });
    node.lead(2);
    assert.is(node.core.term, 3);
    node.acknowledge(2, acked);
    assert.is(node.core.commitIndex, commit);
  });
}

// 5.5 Follower and candidate crashes

paper('5.5: a repeated AppendEntries changes nothing and is answered the same', () => {
  const node = new SingleNode();
  const message = append(2, 1, [0, 0], [entry(1, 1, 'a'), entry(2, 1, 'b')]);
  const first = node.step(message);
  const second = node.step(message);
  assert.equal(second, first);
  assert.equal(node.terms, [1, 1]);
});

paper('5.5: term, vote and log survive a restart', () => {
  const node = new SingleNode({ log: [1, 1], term: 4, vote: 3, commit: 1 });
  const { term, vote, commitIndex, lastIndex } = node.core.status();
  assert.equal([term, vote, commitIndex, lastIndex], [4, 3, 1, 2]);
  const [reply] = ofType(node.step(voteRequest(2, 4, [9, 4])), 'RequestVoteReply');
  assert.is(reply?.reject, true, 'it voted in this term before the restart');
});

// 6 Cluster membership changes

paper('6: in joint consensus an election needs both majorities', () => {
  const node = new SingleNode({ voters: [1, 4, 5], outgoing: [1, 2, 3] });
  node.core.campaign();
  node.flush();
  node.step(voteReply(2, 1), voteReply(3, 1));
  assert.is(node.core.role, 'candidate');
  node.step(voteReply(4, 1));
  assert.is(node.core.role, 'leader');
});

paper('6: in joint consensus a commit needs both majorities', () => {
  const node = new SingleNode({ voters: [1, 4, 5], outgoing: [1, 2, 3] });
  node.lead(2, 3, 4);
  node.acknowledge(2);
  node.acknowledge(3);
  assert.is(node.core.commitIndex, 0);
  node.acknowledge(5);
  assert.is(node.core.commitIndex, 1);
});

paper('6: servers ignore vote requests while they hear a leader', () => {
  const node = new SingleNode({ checkQuorum: true });
  node.step(heartbeat(2, 1));
  assert.equal(node.step(voteRequest(3, 7, [9, 7])), []);
  assert.is(node.core.term, 1);
  node.tick(10);
  const [reply] = ofType(node.step(voteRequest(3, 7, [9, 7])), 'RequestVoteReply');
  assert.is(reply?.reject, false, 'the leader was silent for the least election timeout');
});

// 7 Log compaction

paper('7: a follower that needs what was compacted gets the snapshot', () => {
  const node = new SingleNode({ snapshot: { index: 5, term: 1 }, log: [1] });
  node.lead(2);
  const [sent] = ofType(node.step(rejection(3, 2, 6, 0)), 'InstallSnapshot');
  assert.is(sent?.to, 3);
  assert.is(sent?.snapshot.index, 5);
});

paper('7: a snapshot replaces the whole log', () => {
  const node = new SingleNode({ log: [1, 1] });
  const sent = node.step(snapshotMessage(2, 2, [9, 2]));
  assert.equal([node.core.lastIndex, node.core.commitIndex, node.core.appliedIndex], [9, 9, 9]);
  assert.is(ofType(sent, 'AppendEntriesReply')[0]?.index, 9);
});

paper('7, Figure 13: a log that has the last entry of the snapshot keeps what follows it', () => {
  const node = new SingleNode({ log: [1, 2, 2, 2], term: 2 });
  node.step(snapshotMessage(2, 2, [3, 2]));
  assert.equal(node.terms, [1, 2, 2, 2]);
  assert.is(node.core.commitIndex, 3);
});

// 8 Client interaction

paper('8: a new leader appends a no-op at once, and serves no read before it is committed', () => {
  const node = new SingleNode({ log: [1], term: 1, commit: 0 });
  node.lead(2);
  assert.equal(node.storage.all().at(-1), entriesOf([1, 2])[1]);
  node.core.readIndex('early');
  node.flush();
  assert.equal(node.readStates, []);
  node.acknowledge(2);
  const { term } = node.core;
  node.step({ type: 'HeartbeatReply', from: raftId(2), to: raftId(1), term, readSequence: 1 });
  assert.equal(node.readStates, [{ index: 2, context: 'early' }]);
});

paper('8: a proposal without a leader is dropped, for certain', () => {
  const follower = new SingleNode();
  assert.is(
    codeOf(() => follower.core.propose(new Uint8Array([1]))),
    'proposal-dropped',
  );
  const candidate = inRole('candidate');
  assert.is(
    codeOf(() => candidate.core.propose(new Uint8Array([1]))),
    'proposal-dropped',
  );
});

paper.run();
