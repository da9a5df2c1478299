/** Situations that broke other implementations, replayed at the level of the core. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConfChangeKind, type Message, raftId } from '../../src/raft/index.js';
import { Cluster, type ClusterNode, type ClusterOptions } from './cluster.js';

const scenarios = suite('scenarios');

function elected(id: number, options: ClusterOptions): Cluster {
  const cluster = new Cluster(options);
  cluster.elect(id);
  return cluster;
}

const change = (kind: ConfChangeKind, id: number) =>
  ({ transition: 'auto', operations: [{ kind, id: raftId(id) }] }) as const;

const propose = (cluster: Cluster, node: ClusterNode, text: string): number => {
  assert.is(cluster.propose(node, text), true);
  return node.core.lastIndex;
};

const appliedBy = (cluster: Cluster, index: number): readonly number[] =>
  cluster.nodes.filter(node => node.core.appliedIndex >= index).map(node => node.id);

// Elections and liveness

for (const checkQuorum of [true, false]) {
  scenarios(`a partial partition leaves a stable leader (check-quorum ${checkQuorum})`, () => {
    // 1, 2 and 3 hear each other, 4 only 2, 5 only 3; the leader is 3.
    const cluster = elected(3, { size: 5, checkQuorum });
    cluster.connectOnly([1, 2], [1, 3], [2, 3], [2, 4], [3, 5]);
    cluster.run(100);
    const { leader } = { leader: cluster.leader() };
    if (leader === undefined) throw new Error('no leader');
    const { term } = leader.core;
    const index = propose(cluster, leader, 'x');
    cluster.run(200);
    assert.is(cluster.leader(), leader);
    assert.is(leader.core.term, term, 'no election disturbed it');
    assert.ok(leader.core.appliedIndex >= index);
  });
}

scenarios('a leader that hears nobody is deposed, though all hear it', () => {
  const cluster = elected(1, { size: 3 });
  cluster.canPass = ({ to }) => to !== 1;
  const next = (): boolean => {
    const leader = cluster.leader();
    return leader !== undefined && leader.id !== 1;
  };
  cluster.runUntil(next, 80, 'another leader');
  assert.is(cluster.node(1).core.role, 'follower');
});

scenarios('a bridge does not keep an old leader alive: the majority goes on', () => {
  // 1 and 2 see each other and the bridge 3; the leader 4 sees only the bridge; 5 is cut off.
  const cluster = elected(4, { size: 5 });
  cluster.connectOnly([1, 2], [1, 3], [2, 3], [3, 4]);
  const next = (): boolean => {
    const leader = cluster.leader();
    return leader !== undefined && leader.id !== 4;
  };
  cluster.runUntil(next, 80, 'a leader of 1, 2, 3');
  const leader = cluster.leader();
  if (leader === undefined) throw new Error('no leader');
  const index = propose(cluster, leader, 'x');
  cluster.run(5);
  assert.ok(appliedBy(cluster, index).length >= 3);
});

scenarios('pre-vote: a node of lower term and candidates of higher term get a leader', () => {
  const cluster = elected(1, { size: 3 });
  // 3 lags in term and log; 2 has seen a higher term as candidate.
  cluster.isolate(3);
  propose(cluster, cluster.node(1), 'x');
  cluster.run(2);
  cluster.node(1).crash();
  cluster.step(cluster.node(2), {
    type: 'TimeoutNow',
    from: raftId(1),
    to: raftId(2),
    term: cluster.node(2).core.term,
  });
  cluster.settle();
  assert.is(cluster.node(2).core.role, 'candidate');
  cluster.heal();
  cluster.runUntil(() => cluster.leader() !== undefined, 120, 'a leader');
  assert.is(cluster.leader()?.id, 2, 'the one whose log is up to date');
});

scenarios('a candidate that comes back with a higher term is brought in again', () => {
  const cluster = elected(1, { size: 3, preVote: false });
  cluster.isolate(3);
  cluster.run(100);
  const { term } = cluster.node(3).core;
  assert.ok(term > cluster.node(1).core.term, 'it went on alone');
  cluster.heal();
  const isOne = (): boolean => {
    const leader = cluster.leader();
    return leader !== undefined && cluster.nodes.every(node => node.core.leader === leader.id);
  };
  cluster.runUntil(isOne, 100, 'everyone follows one leader');
  assert.ok((cluster.leader()?.core.term ?? 0) >= term);
});

scenarios('pre-vote: who comes back from isolation disturbs nobody', () => {
  const cluster = elected(1, { size: 3 });
  const { term } = cluster.node(1).core;
  cluster.isolate(3);
  cluster.run(200);
  cluster.heal();
  cluster.run(30);
  assert.is(cluster.leader()?.id, 1);
  assert.is(cluster.node(1).core.term, term);
});

scenarios('a candidate cut off after its pre-vote raises its term once, not for ever', () => {
  const cluster = elected(1, { size: 3 });
  cluster.node(1).crash();
  // Pre-votes pass, votes do not.
  cluster.canPass = ({ type }) => type !== 'RequestVote';
  const isCandidate = (): boolean => cluster.up.some(node => node.core.role === 'candidate');
  cluster.runUntil(isCandidate, 80, 'a candidate');
  cluster.canPass = () => false;
  const terms = cluster.nodes.map(node => node.core.term);
  cluster.run(300);
  assert.equal(
    cluster.nodes.map(node => node.core.term),
    terms,
  );
});

scenarios('an election on a leader does nothing', () => {
  const cluster = elected(1, { size: 3 });
  const { term } = cluster.node(1).core;
  cluster.node(1).core.campaign();
  cluster.settle();
  assert.equal([cluster.node(1).core.role, cluster.node(1).core.term], ['leader', term]);
});

scenarios('two of three, one of them candidate, get a leader', () => {
  const cluster = elected(1, { size: 3 });
  cluster.node(1).crash();
  cluster.canPass = () => false;
  cluster.step(cluster.node(2), {
    type: 'TimeoutNow',
    from: raftId(1),
    to: raftId(2),
    term: cluster.node(2).core.term,
  });
  cluster.pump(cluster.node(2));
  cluster.heal();
  cluster.runUntil(() => cluster.leader() !== undefined, 100, 'a leader');
});

scenarios('a follower whose disk is slow does not campaign while its leader speaks', () => {
  const cluster = elected(1, { size: 3 });
  const { term } = cluster.node(1).core;
  const slow = cluster.node(3);
  for (let tick = 0; tick < 60; tick += 1) {
    propose(cluster, cluster.node(1), `v${tick}`);
    for (const node of cluster.nodes) cluster.tick(node);
    for (let work = 0; work < 50; work += 1) {
      for (const id of [1, 2]) {
        cluster.completeWrite(cluster.node(id));
        cluster.completeApply(cluster.node(id));
      }
      if (cluster.inFlight.length > 0) cluster.deliver(0);
    }
  }
  assert.ok(slow.appendWork.length > 10, 'nothing was written');
  assert.is(slow.core.role, 'follower');
  assert.equal([cluster.leader()?.id, cluster.node(1).core.term], [1, term]);
  cluster.settle();
  assert.is(slow.core.appliedIndex, cluster.node(1).core.commitIndex);
});

scenarios('a stalled leader wakes: it serves no read and counts no answer of its old term', () => {
  const cluster = elected(1, { size: 3 });
  const old = cluster.node(1);
  const held: Message[] = [];
  cluster.isolate(1);
  const awake = cluster.nodes.filter(node => node.id !== 1);
  for (let tick = 0; tick < 60; tick += 1) {
    for (const node of awake) cluster.tick(node);
    for (let work = 0; work < 30; work += 1) {
      for (const node of awake) {
        cluster.completeWrite(node);
        cluster.completeApply(node);
      }
      if (cluster.inFlight.length > 0) cluster.deliver(0);
    }
  }
  const next = cluster.nodes.find(node => node.id !== 1 && node.core.role === 'leader');
  if (next === undefined) throw new Error('no other leader');
  const index = propose(cluster, next, 'new');
  cluster.heal();
  // Awake again, before it hears anything new: a read, and late answers of its own term.
  old.core.readIndex('stale');
  const { term } = old.core;
  for (const from of [2, 3]) {
    held.push({ type: 'HeartbeatReply', from: raftId(from), to: raftId(1), term, readSequence: 0 });
  }
  for (const message of held) cluster.step(old, message);
  cluster.pump(old);
  assert.equal(old.readStates, []);
  cluster.run(3);
  assert.equal(old.readStates, []);
  assert.is(old.core.role, 'follower');
  assert.ok(old.core.appliedIndex >= index);
});

scenarios('leadership moves while proposals keep coming, also to who lags, and not to who is cut off', () => {
  const cluster = elected(1, { size: 3 });
  cluster.isolate(3);
  for (let count = 0; count < 5; count += 1) propose(cluster, cluster.node(1), `a${count}`);
  cluster.settle();
  cluster.node(1).core.transferLeadership(raftId(3));
  cluster.settle();
  assert.is(cluster.propose(cluster.node(1), 'refused'), false);
  cluster.run(11);
  assert.is(cluster.leader()?.id, 1, 'it gave up');
  propose(cluster, cluster.node(1), 'taken');
  cluster.heal();
  cluster.node(1).core.transferLeadership(raftId(3));
  cluster.run(3);
  assert.is(cluster.leader()?.id, 3);
  propose(cluster, cluster.node(3), 'b');
  cluster.node(3).core.transferLeadership(raftId(1));
  cluster.node(3).core.transferLeadership(raftId(2));
  cluster.run(3);
  const leader = cluster.leader();
  assert.ok(leader !== undefined && leader.id !== 3);
});

// Commit and log

scenarios('Figure 8: an entry of an old term on a majority is not committed by that', () => {
  // One entry a message, so that the old entry can pass alone.
  const cluster = new Cluster({
    size: 5,
    preVote: false,
    checkQuorum: false,
    maxSizePerMessageBytes: 1,
  });
  const s1 = cluster.elect(1);
  // (a) leader 1 replicates an entry to 2 only.
  cluster.canPass = ({ from, to }) => from <= 2 && to <= 2;
  const index = propose(cluster, s1, 'old');
  cluster.settle();
  assert.is(s1.core.commitIndex, index - 1);
  // (b) 5 is elected by 3 and 4, and appends an entry of its own at the same index, for itself.
  s1.crash();
  cluster.canPass = ({ from, to, type }) => from >= 3 && to >= 3 && type !== 'AppendEntries';
  const s5 = cluster.elect(5);
  s5.crash();
  // (c) 1 comes back, is elected (at the second attempt: 3 voted for 5), and brings the old entry to a majority.
  s1.restart();
  // Nothing behind the old entry reaches those who have that.
  const isOld = (message: Message): boolean =>
    message.type !== 'AppendEntries' ||
    message.entries.every(one => one.index <= index) ||
    cluster.node(message.to).storage.term(index) === undefined;
  cluster.canPass = message => message.from <= 3 && message.to <= 3 && isOld(message);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    s1.core.campaign();
    cluster.settle();
  }
  assert.is(s1.core.role, 'leader');
  cluster.run(2);
  const holders = [1, 2, 3].map(id => cluster.node(id).storage.term(index));
  assert.equal(holders, [1, 1, 1], 'on a majority');
  assert.ok(s1.core.commitIndex < index);
  // (e) with an entry of its own term it commits both, and 5 cannot be elected any more.
  cluster.canPass = ({ from, to }) => from <= 3 && to <= 3;
  cluster.run(3);
  assert.ok(s1.core.commitIndex > index);
  s1.crash();
  s5.restart();
  cluster.heal();
  cluster.runUntil(() => cluster.leader() !== undefined, 120, 'a leader');
  assert.not.equal(cluster.leader()?.id, 5);
});

scenarios('a majority may commit before the disk of the leader; when it crashes nothing is lost', () => {
  const cluster = elected(1, { size: 3 });
  const leader = cluster.node(1);
  const index = propose(cluster, leader, 'x');
  for (let work = 0; work < 50; work += 1) {
    for (const id of [2, 3]) cluster.completeWrite(cluster.node(id));
    if (cluster.inFlight.length > 0) cluster.deliver(0);
  }
  assert.is(leader.core.commitIndex, index);
  assert.is(leader.storage.lastIndex(), index - 1, 'its own disk does not have it');
  leader.crash();
  leader.restart();
  cluster.runUntil(() => appliedBy(cluster, index).length === 3, 120, 'the entry everywhere');
});

scenarios('a group of one answers for an entry only when its disk has it', () => {
  const cluster = elected(1, { size: 1 });
  const node = cluster.node(1);
  const index = propose(cluster, node, 'x');
  assert.is(node.core.commitIndex, index - 1);
  cluster.settle();
  assert.is(node.core.appliedIndex, index);
});

scenarios('a vote that was not stored was never given', () => {
  const cluster = new Cluster({ size: 3, preVote: false, checkQuorum: false });
  const candidate = cluster.node(1);
  candidate.core.campaign();
  cluster.pump(candidate);
  while (cluster.inFlight.length > 0) cluster.deliver(0);
  const replies = cluster.inFlight.filter(message => message.type === 'RequestVoteReply');
  assert.equal(replies, [], 'no reply before the write');
  cluster.node(2).crash();
  cluster.node(2).restart();
  assert.is(cluster.node(2).core.term, 0);
  cluster.settle();
  assert.is(candidate.core.role, 'leader', 'with the vote of 3');
});

// Membership

const singleServerChanges: readonly [
  name: string,
  first: ReturnType<typeof change>,
  second: ReturnType<typeof change>,
][] = [
  ['add and remove', change('add-voter', 5), change('remove', 1)],
  ['add and add', change('add-voter', 5), change('add-voter', 6)],
  ['remove and remove', change('remove', 2), change('remove', 3)],
];

for (const [name, first, second] of singleServerChanges) {
  scenarios(`two leaders that each change one server cannot both commit: ${name}`, () => {
    const cluster = new Cluster({ size: 6, voters: [1, 2, 3, 4], checkQuorum: false, preVote: false });
    const s1 = cluster.elect(1);
    // Leader 1 appends its change and tells nobody.
    cluster.isolate(1);
    assert.is(cluster.proposeConfChange(s1, first), true);
    cluster.settle();
    // Another leader appends another change to the same membership, before its own term has committed anything.
    const s2 = cluster.elect(2);
    assert.is(cluster.proposeConfChange(s2, second), true);
    cluster.settle();
    const after = s2.core.configuration.voters;
    // The first leader would now have to win against those who committed.
    cluster.isolate(2);
    s1.crash();
    s1.restart();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      s1.core.campaign();
      cluster.settle();
      assert.not.equal(s1.core.role, 'leader');
    }
    cluster.heal();
    cluster.runUntil(() => cluster.leader() !== undefined, 150, 'a leader');
    cluster.run(3);
    assert.equal(cluster.leader()?.core.configuration.voters, after);
    assert.not.equal(after.length, 4);
  });
}

scenarios('a leader that removes itself goes when that is committed, and the rest elect another', () => {
  const cluster = elected(1, { size: 3 });
  assert.is(cluster.proposeConfChange(cluster.node(1), change('remove', 1)), true);
  cluster.settle();
  assert.is(cluster.node(1).core.role, 'follower');
  cluster.runUntil(() => cluster.leader() !== undefined, 80, 'another leader');
  const leader = cluster.leader();
  if (leader === undefined) throw new Error('no leader');
  const { term } = leader.core;
  cluster.run(200);
  assert.equal([cluster.leader(), leader.core.term], [leader, term], 'the removed node disturbs nobody');
});

scenarios('a node that never learnt of its removal disturbs nobody', () => {
  const cluster = elected(1, { size: 4 });
  const leader = cluster.node(1);
  cluster.isolate(4);
  assert.is(cluster.proposeConfChange(leader, change('remove', 4)), true);
  cluster.settle();
  cluster.heal();
  const { term } = leader.core;
  cluster.run(200);
  assert.equal([cluster.leader()?.id, leader.core.term], [1, term]);
});

scenarios('joint consensus inherited by a new leader is committed, then left', () => {
  const cluster = elected(1, { size: 4, voters: [1, 2, 3] });
  const operations = [
    { kind: 'remove', id: raftId(3) },
    { kind: 'add-voter', id: raftId(4) },
  ] as const;
  const leader = cluster.node(1);
  assert.is(cluster.proposeConfChange(leader, { transition: 'auto', operations }), true);
  // Entered, but the entry that leaves reaches nobody.
  cluster.canPass = message =>
    message.type !== 'AppendEntries' ||
    !message.entries.some(entry => entry.type !== 'normal' && entry.data.length === 0);
  cluster.settle();
  assert.is(leader.core.configuration.autoLeave, true);
  leader.crash();
  cluster.heal();
  const isLeft = (): boolean => {
    const now = cluster.leader();
    return now !== undefined && now.core.configuration.outgoing.length === 0;
  };
  cluster.runUntil(isLeft, 150, 'the new membership alone');
  assert.equal(cluster.leader()?.core.configuration.voters, [1, 2, 4]);
});

scenarios('a learner that is asked to vote votes: it may be a voter without knowing', () => {
  const cluster = elected(1, { size: 3, voters: [1, 2] });
  const leader = cluster.node(1);
  cluster.proposeConfChange(leader, change('add-learner', 3));
  cluster.run(3);
  // 3 is promoted, but does not learn that this is committed; then 2 is lost.
  cluster.canPass = message =>
    message.to !== 3 || message.type !== 'AppendEntries' || message.commit < leader.core.lastIndex;
  cluster.proposeConfChange(leader, change('add-voter', 3));
  cluster.settle();
  assert.is(leader.core.configuration.voters.length, 3);
  assert.equal(cluster.node(3).core.configuration.learners, [3]);
  cluster.canPass = message => message.to !== 3 || message.type !== 'Heartbeat';
  cluster.node(2).crash();
  leader.crash();
  leader.restart();
  cluster.runUntil(() => cluster.leader()?.id === 1, 200, 'leader 1 with the vote of 3');
});

scenarios('answers of a first life do not count for the second', () => {
  const cluster = elected(1, { size: 3 });
  const leader = cluster.node(1);
  const late: Message = {
    type: 'AppendEntriesReply',
    from: raftId(3),
    to: raftId(1),
    term: leader.core.term,
    index: leader.core.lastIndex,
    reject: false,
    hintIndex: 0,
    hintTerm: 0,
  };
  cluster.canPass = ({ to }) => to !== 3;
  cluster.proposeConfChange(leader, change('remove', 3));
  cluster.settle();
  assert.throws(() => leader.core.step(late), /peer not found/);
});

scenarios('removing most of a group at once keeps what only they had', () => {
  const cluster = elected(1, { size: 5 });
  const leader = cluster.node(1);
  // 4 and 5 lack the entry; 1, 2 and 3 have it, and 2 and 3 leave.
  cluster.canPass = ({ to }) => to !== 4 && to !== 5;
  const index = propose(cluster, leader, 'x');
  cluster.settle();
  assert.is(leader.core.commitIndex, index);
  cluster.heal();
  const operations = [2, 3].map(id => ({ kind: 'remove' as const, id: raftId(id) }));
  cluster.proposeConfChange(leader, { transition: 'auto', operations });
  cluster.run(5);
  assert.equal(leader.core.configuration.voters, [1, 4, 5]);
  leader.crash();
  cluster.runUntil(() => [4, 5].includes(cluster.leader()?.id ?? 0), 120, 'a leader of those who stay');
  assert.ok((cluster.leader()?.core.commitIndex ?? 0) >= index);
});

scenarios('a newcomer is caught up by a snapshot, also when the log is compacted to its end', () => {
  const cluster = elected(1, { size: 3, voters: [1, 2] });
  const leader = cluster.node(1);
  cluster.isolate(3);
  cluster.proposeConfChange(leader, change('add-learner', 3));
  cluster.run(3);
  for (const id of [1, 2]) {
    const { storage } = cluster.node(id);
    if (storage.available !== null) storage.compactTo(storage.available);
  }
  cluster.run(30);
  cluster.heal();
  const isThere = (): boolean => cluster.node(3).core.appliedIndex === leader.core.lastIndex;
  cluster.runUntil(isThere, 50, 'the newcomer caught up');
  assert.equal(cluster.node(3).core.configuration.learners, [3]);
  assert.is(leader.core.status().progress.at(-1)?.state, 'replicate');
});

scenarios('membership survives a restart when it is only in the snapshot', () => {
  const cluster = elected(1, { size: 3, voters: [1, 2] });
  const leader = cluster.node(1);
  cluster.proposeConfChange(leader, change('add-voter', 3));
  cluster.run(3);
  for (const node of cluster.nodes) {
    if (node.storage.available !== null) node.storage.compactTo(node.storage.available);
    node.crash();
    node.restart();
    assert.equal(node.core.configuration.voters, [1, 2, 3]);
  }
  cluster.runUntil(() => cluster.leader() !== undefined, 80, 'a leader');
});

// Reads

scenarios('a new leader serves no read before an entry of its term is committed', () => {
  const cluster = elected(1, { size: 3 });
  const index = propose(cluster, cluster.node(1), 'x');
  cluster.settle();
  cluster.node(1).crash();
  // 2 wins, but its no-op reaches nobody.
  cluster.canPass = ({ type }) => type !== 'AppendEntries';
  cluster.runUntil(() => cluster.leader() !== undefined, 80, 'a leader');
  const leader = cluster.leader();
  if (leader === undefined) throw new Error('no leader');
  leader.core.readIndex('r');
  cluster.run(2);
  assert.equal(leader.readStates, []);
  cluster.heal();
  cluster.run(3);
  assert.is(leader.readStates.length, 1);
  assert.ok((leader.readStates[0]?.index ?? 0) > index);
});

scenarios('repeated and delayed echoes of heartbeats confirm only what they were sent for', () => {
  const cluster = elected(1, { size: 3 });
  const leader = cluster.node(1);
  const echoes: Message[] = [];
  cluster.canPass = message => {
    if (message.type === 'HeartbeatReply') echoes.push(message);
    return true;
  };
  leader.core.readIndex('first');
  cluster.settle();
  assert.is(leader.readStates.length, 1);
  // The leader is cut off; another leader commits; the old echoes come again.
  cluster.isolate(1);
  leader.core.readIndex('second');
  for (const echo of [...echoes, ...echoes]) cluster.step(leader, echo);
  cluster.pump(leader);
  assert.is(leader.readStates.length, 1);
});

scenarios('a follower read point is not before what was applied anywhere when it was asked for', () => {
  const cluster = elected(1, { size: 3 });
  cluster.canPass = ({ to }) => to !== 3;
  const index = propose(cluster, cluster.node(1), 'x');
  cluster.settle();
  cluster.heal();
  const follower = cluster.node(3);
  assert.ok(follower.core.commitIndex < index);
  follower.core.readIndex('f');
  cluster.settle();
  assert.ok((follower.readStates[0]?.index ?? 0) >= index);
});

scenarios('a group of one that restarts gives no read point before what it had acknowledged', () => {
  const cluster = elected(1, { size: 1 });
  const node = cluster.node(1);
  const index = propose(cluster, node, 'x');
  cluster.completeWrite(node);
  // The commit index itself was never stored.
  node.crash();
  node.restart();
  assert.ok(node.core.commitIndex < index);
  node.core.campaign();
  cluster.pump(node);
  node.core.readIndex('r');
  cluster.settle();
  const reads = node.readStates.filter(state => state.context === 'r');
  assert.ok(reads.every(state => state.index >= index));
  node.core.readIndex('later');
  cluster.settle();
  assert.ok((node.readStates.at(-1)?.index ?? 0) >= index);
});

scenarios.run();
