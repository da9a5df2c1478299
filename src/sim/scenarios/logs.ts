/**
 * Commit and log rules: what is committed stays, what is not goes.
 *
 * @module
 */
import { calmPlan, fault, repeated, type Scenario } from './scenario.js';

export const LOG_SCENARIOS: readonly Scenario[] = [
  {
    name: 'figure-8',
    story: 'Leaders fall in turn while entries of theirs are on a minority only; old entries come up again.',
    source: 'Raft paper, Figure 8; LogCabin issue 44',
    plan: calmPlan({
      network: { meanMs: 15 },
      faults: repeated({ from: 2000, every: 1800, times: 10 }, (atMs, round) => {
        const leader = round % 5;
        const others = [0, 1, 2, 3, 4].filter(node => node !== leader && node !== (leader + 1) % 5);
        return [
          fault(atMs, 0, { kind: 'transfer', node: leader }),
          fault(atMs + 700, 900, { kind: 'partition', groups: [[leader, (leader + 1) % 5], others] }),
          fault(atMs + 850, 700, { kind: 'crash', nodes: [leader] }),
        ];
      }),
    }),
    atLeast: { 'fault-crash': 9, 'entries-truncated': 1, 'leader-elected': 8, 'operation-ok': 250 },
    atMost: {},
  },
  {
    name: 'leader-in-minority',
    story:
      'The leader and one follower are cut off and go on writing; what they wrote is thrown away at the end.',
    source: "Jepsen's majority partitions",
    plan: calmPlan({
      workload: { operationsPerSecond: 200, clients: 30 },
      faults: repeated({ from: 3000, every: 5000, times: 3 }, atMs => [
        fault(atMs - 800, 0, { kind: 'transfer', node: 0 }),
        fault(atMs, 3000, {
          kind: 'partition',
          groups: [
            [0, 1],
            [2, 3, 4],
          ],
        }),
      ]),
    }),
    atLeast: {
      'fault-partition': 3,
      'entries-truncated': 1,
      'leader-stepped-down': 1,
      'operation-unknown': 1,
    },
    atMost: {},
  },
  {
    name: 'long-divergent-log',
    story: 'A hundred entries conflict: the logs are found to be equal in a few rounds, not one by one.',
    source: 'async-raft 6d53aa12',
    plan: calmPlan({
      electionTicks: 9,
      workload: { operationsPerSecond: 500, clients: 60, timeoutMs: 3000 },
      network: { minMs: 5, meanMs: 10 },
      faults: repeated({ from: 3000, every: 4500, times: 3 }, atMs => [
        fault(atMs - 800, 0, { kind: 'transfer', node: 0 }),
        fault(atMs, 2500, { kind: 'partition', groups: [[0], [1, 2, 3, 4]] }),
      ]),
    }),
    atLeast: { 'fault-partition': 3, 'entries-truncated': 1, 'operation-ok': 2000 },
    atMost: {},
  },
  {
    name: 'late-appends',
    story:
      'Half of the messages arrive up to a second late, many of them twice: none may cut a log that matches.',
    source: 'async-raft 9540c904; skiff appendAfter',
    plan: calmPlan({ network: { duplicate: 0.3, reorder: 0.5, reorderMs: 1000 } }),
    atLeast: { 'message-reordered': 500, 'message-duplicated': 500, 'operation-ok': 100 },
    atMost: {},
  },
  {
    name: 'time-machine',
    story:
      'The messages of the leader are held for seconds and come all at once, out of order, into a later term.',
    source: 'FoundationDB clogging; Raft paper 5.1',
    plan: calmPlan({
      faults: repeated({ from: 2500, every: 4000, times: 4 }, (atMs, round) => [
        fault(atMs - 600, 0, { kind: 'transfer', node: round % 5 }),
        fault(atMs, 2500, { kind: 'clog', from: [round % 5], to: [0, 1, 2, 3, 4] }),
      ]),
    }),
    atLeast: { 'fault-clog': 4, 'message-clogged': 50, 'leader-elected': 3, 'operation-ok': 300 },
    atMost: {},
  },
  {
    name: 'power-cut',
    story:
      'All nodes lose power at the same moment, again and again: every acknowledged write is still there.',
    source: 'etcd issues 14143, 14370; RedisRaft all-kill',
    plan: calmPlan({
      syncMs: 10,
      faults: repeated({ from: 2500, every: 3000, times: 6 }, atMs =>
        fault(atMs, 500, { kind: 'crash', nodes: [0, 1, 2, 3, 4] }),
      ),
    }),
    atLeast: { 'fault-crash': 6, 'node-restart': 30, 'unsynced-write-lost': 1, 'operation-ok': 300 },
    atMost: {},
  },
  {
    name: 'lossy-wide-area',
    story: 'A fifth of all messages is lost, delays are long, some come twice: writes go on.',
    source: 'scenario of every wide-area deployment',
    plan: calmPlan({
      electionTicks: 12,
      network: { minMs: 20, meanMs: 20, drop: 0.2, duplicate: 0.05, reorder: 0.2, reorderMs: 100 },
    }),
    atLeast: { 'message-dropped': 500, 'message-duplicated': 100, 'operation-ok': 100 },
    atMost: {},
  },
];
