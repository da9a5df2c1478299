/**
 * The status is put together from reports: who leads, how busy the cluster is, what happened.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { MAX_EVENTS } from '../../src/runtime/event-log.js';
import { LatencyHistogram, percentileMs } from '../../src/runtime/latency-histogram.js';
import type { NodeReport } from '../../src/runtime/node-protocol.js';
import type { NodeState, RaftStatus } from '../../src/runtime/status.js';
import { type NodeFacts, StatusBoard } from '../../src/runtime/status-board.js';

const board = suite('status board');

const facts = (node: number, state: NodeState): NodeFacts => ({
  node,
  state,
  host: 'localhost',
  port: 5001 + node,
  sinceMs: 0,
  restarts: 0,
  lastError: null,
  clockOffsetMs: 0,
  diskFault: null,
  mailboxDepth: 0,
});

const raft = (role: RaftStatus['role'], term: number, leader: number | null): RaftStatus => ({
  role,
  term,
  vote: null,
  leader,
  firstIndex: 1,
  lastIndex: 9,
  lastTerm: term,
  commit: 8,
  applied: 8,
  snapshotIndex: 0,
  electionElapsedMs: 0,
  electionTimeoutMs: 300,
  voters: [0, 1, 2],
  learners: [],
  joint: false,
  progress: [],
  tailTerms: [],
  votesGranted: [],
});

const report = (status: RaftStatus, writes = 0, latency: Uint32Array | null = null): NodeReport => ({
  raft: status,
  heapBytes: 1,
  busy: 0.5,
  mailboxDepth: 0,
  clients: 2,
  keys: 3,
  dataBytes: 4,
  stateHash: 'ab',
  hashedIndex: 0,
  syncMsP50: 1,
  syncMsP99: 2,
  writes,
  reads: 0,
  writeLatency: latency,
});

interface Setup {
  readonly board: StatusBoard;
  nowMs: number;
}

function setUp(): Setup {
  const setup: Setup = {
    nowMs: 1_000_000,
    board: new StatusBoard(
      { startedAtMs: 0, seed: 1, durable: false, electionTimeoutMs: 300, heartbeatMs: 50 },
      () => setup.nowMs,
    ),
  };
  return setup;
}

const allUp = [facts(0, 'up'), facts(1, 'up'), facts(2, 'up')];

board('the leader is the one that a majority follows', () => {
  const { board } = setUp();
  board.report(0, report(raft('leader', 4, 0)));
  board.report(1, report(raft('leader', 5, 1)));
  board.report(2, report(raft('follower', 5, 1)));
  const status = board.status(allUp, []);
  assert.equal(status.leader, 1);
  assert.equal(status.term, 5);
  assert.equal(status.quorum, 2);
});

board('a leader that only it believes in is none', () => {
  const { board } = setUp();
  board.report(0, report(raft('leader', 4, 0)));
  board.report(1, report(raft('follower', 5, null)));
  board.report(2, report(raft('candidate', 5, null)));
  assert.equal(board.status(allUp, []).leader, null);
});

board('a dead leader leads nobody, and its last report stays', () => {
  const { board } = setUp();
  for (const node of [0, 1, 2]) board.report(node, report(raft(node === 0 ? 'leader' : 'follower', 4, 0)));
  assert.equal(board.status(allUp, []).leader, 0);
  const status = board.status([facts(0, 'down'), facts(1, 'up'), facts(2, 'up')], []);
  assert.equal(status.leader, null);
  assert.equal(status.nodes[0]?.raft?.commit, 8);
  assert.equal(status.nodes[0]?.clients, 0);
});

board('rates are those of the last second', () => {
  const setup = setUp();
  const latency = new LatencyHistogram();
  latency.record(4, 100);
  setup.board.report(0, report(raft('leader', 1, 0), 300, latency.take()));
  setup.nowMs += 500;
  setup.board.report(0, report(raft('leader', 1, 0), 500));
  const busy = setup.board.status(allUp, []);
  assert.equal(busy.writesPerSecond, 500);
  assert.ok(busy.latencyMsP50 > 3.5 && busy.latencyMsP50 < 4.5);
  setup.nowMs += 600;
  assert.equal(setup.board.status(allUp, []).writesPerSecond, 200);
  setup.nowMs += 5_000;
  const idle = setup.board.status(allUp, []);
  assert.deepEqual([idle.writesPerSecond, idle.latencyMsP99], [0, 0]);
});

board('a restarted node counts from nothing, not backwards', () => {
  const { board } = setUp();
  board.report(0, report(raft('leader', 1, 0), 300));
  board.restarted(0);
  board.report(0, report(raft('follower', 2, 1), 20));
  assert.equal(board.status(allUp, []).writesPerSecond, 320);
});

board('router totals become rates', () => {
  const { board } = setUp();
  board.routed(100, 10);
  board.routed(250, 15);
  const status = board.status(allUp, []);
  assert.deepEqual([status.messagesPerSecond, status.droppedPerSecond], [250, 15]);
});

board('the newest events stay, numbered without gaps', () => {
  const { board } = setUp();
  for (let number = 1; number <= 3 * MAX_EVENTS; number++) board.event('kv', null, `event ${number}`);
  const { events } = board.status(allUp, []);
  assert.equal(events.length, MAX_EVENTS);
  assert.deepEqual([events[0]?.sequence, events.at(-1)?.sequence], [2 * MAX_EVENTS + 1, 3 * MAX_EVENTS]);
});

board('percentiles are right within ten per cent', () => {
  const histogram = new LatencyHistogram();
  for (let ms = 1; ms <= 1_000; ms++) histogram.record(ms);
  const counts = histogram.take();
  assert.ok(counts !== null);
  for (const share of [0.01, 0.5, 0.9, 0.99]) {
    assert.ok(Math.abs(percentileMs([counts], share) / (1_000 * share) - 1) < 0.11, `${share}`);
  }
  assert.equal(histogram.take(), null);
});

board.run();
