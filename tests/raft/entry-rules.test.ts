/** What a node takes from outside, what it forwards, and which settings it refuses. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { APPEND_THREAD, APPLY_THREAD, type Message, raftId } from '../../src/raft/index.js';
import { codeOf, heartbeat, ofType, SingleNode, voteReply, voteRequest } from './single-node.js';

const rules = suite('entry rules');

const local: readonly Message[] = [
  { type: 'Hup', from: raftId(2), to: raftId(1), term: 0 },
  { type: 'Beat', from: raftId(2), to: raftId(1), term: 0 },
  { type: 'CheckQuorum', from: raftId(2), to: raftId(1), term: 0 },
  { type: 'Unreachable', from: raftId(2), to: raftId(1), term: 0 },
  { type: 'SnapshotStatus', from: raftId(2), to: raftId(1), term: 0, reject: true },
  { type: 'StorageApplyReply', from: raftId(2), to: raftId(1), term: 0, entries: [] },
];

for (const message of local) {
  rules(`${message.type} is not taken from outside`, () => {
    const node = new SingleNode();
    node.lead(2);
    assert.is(
      codeOf(() => node.core.step(message)),
      'local-message',
    );
  });
}

rules('answers of strangers are refused, requests of strangers are heard', () => {
  const node = new SingleNode();
  assert.is(
    codeOf(() => node.core.step(voteReply(9, 0))),
    'peer-not-found',
  );
  assert.is(node.step(voteRequest(9, 5, [9, 4])).length, 1);
});

rules('local triggers from the own threads are taken', () => {
  const node = new SingleNode({ checkQuorum: true });
  node.lead(2, 3);
  const own = (type: 'Beat' | 'CheckQuorum' | 'Hup') =>
    ({ type, from: APPEND_THREAD, to: raftId(1), term: 0 }) as const;
  assert.is(ofType(node.step(own('Beat')), 'Heartbeat').length, 2);
  node.step(own('CheckQuorum'));
  node.step(own('CheckQuorum'));
  assert.is(node.core.role, 'follower');
  node.step(own('Hup'));
  assert.is(node.core.role, 'candidate');
});

rules('an apply reply without entries says nothing', () => {
  const node = new SingleNode();
  node.step({ type: 'StorageApplyReply', from: APPLY_THREAD, to: raftId(1), term: 0, entries: [] });
  assert.is(node.core.appliedIndex, 0);
});

rules('forwarded proposals carry no term, keep their origin, and can be switched off', () => {
  const node = new SingleNode();
  node.step(heartbeat(2, 3));
  const [sent] = ofType(node.propose('x'), 'Propose');
  assert.equal([sent?.from, sent?.to, sent?.term], [1, 2, 0]);
  if (sent === undefined) throw new Error('nothing was forwarded');
  const [again] = ofType(node.step({ ...sent, from: raftId(3) }), 'Propose');
  assert.is(again?.from, 3);
  const closed = new SingleNode({ disableProposalForwarding: true });
  closed.step(heartbeat(2, 3));
  assert.is(
    codeOf(() => closed.core.propose(new Uint8Array(1))),
    'proposal-dropped',
  );
});

rules('advance does not hide a fault', () => {
  const node = new SingleNode({ voters: [1] });
  node.core.campaign();
  node.core.ready();
  node.storage.lastIndex = () => {
    throw new Error('disk on fire');
  };
  assert.throws(() => node.core.advance(), /disk on fire/);
});

const badConfigs: readonly [name: string, options: object][] = [
  ['an id of 0', { id: 0 }],
  ['no election timeout', { electionTicks: 0 }],
  ['heartbeats as rare as elections', { electionTicks: 5, heartbeatTicks: 5 }],
  ['no messages in flight', { maxInflightMessages: 0 }],
  ['a limit that is no number', { maxUncommittedBytes: Number.NaN }],
  ['leases without check-quorum', { readOnly: 'lease-based', checkQuorum: false }],
];

for (const [name, options] of badConfigs) {
  rules(`${name} is refused`, () => {
    assert.is(
      codeOf(() => new SingleNode(options)),
      'invalid-config',
    );
  });
}

rules.run();
