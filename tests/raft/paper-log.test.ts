/** The Raft paper (extended version), sections 5.3 and 5.4.2: log replication, each rule under its section. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Message } from '../../src/raft/index.js';
import { append, entry, ofType, rejection, SingleNode, voteReply } from './single-node.js';

const paper = suite('Raft paper');

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

paper.run();
