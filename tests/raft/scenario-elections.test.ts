/** Elections: situations that broke other implementations. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import { appliedBy, elected, propose } from './group.js';

const scenarios = suite('scenarios: elections');

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

scenarios.run();
