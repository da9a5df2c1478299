/** Membership: situations that broke other implementations. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConfChange, type Message, raftId } from '../../src/raft/index.js';
import { Cluster } from './cluster.js';
import { change, elected, propose } from './group.js';

const scenarios = suite('scenarios: membership');

const singleServerChanges: readonly [name: string, first: ConfChange, second: ConfChange][] = [
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

scenarios.run();
