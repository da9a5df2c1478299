/**
 * Reads: never older than what was known before they began.
 *
 * @module
 */
import { calmPlan, fault, repeated, type Scenario } from './scenario.js';

export const READ_SCENARIOS: readonly Scenario[] = [
  {
    name: 'read-after-election',
    story: 'Leaders crash right after they acknowledged; their successors are read from at once.',
    source: 'etcd issue 7331; RedisRaft issues 18, 19',
    plan: calmPlan({
      workload: { operationsPerSecond: 150, clients: 20, registers: 2 },
      network: { meanMs: 10 },
      faults: repeated({ from: 2000, every: 1500, times: 12 }, (atMs, round) => [
        fault(atMs, 0, { kind: 'transfer', node: round % 5 }),
        fault(atMs + 400, 600, { kind: 'crash', nodes: [round % 5] }),
      ]),
    }),
    atLeast: { 'fault-crash': 10, 'leader-elected': 8, 'operation-ok': 700 },
    atMost: {},
  },
  {
    name: 'delayed-read-confirmations',
    story:
      'Messages are lost and doubled and a follower stands still: late answers must not confirm new reads.',
    source: 'etcd issue 20418',
    plan: calmPlan({
      nodes: 3,
      workload: { operationsPerSecond: 120, clients: 16, registers: 1 },
      network: { drop: 0.1, duplicate: 0.3, reorder: 0.3, reorderMs: 500 },
      faults: repeated({ from: 2000, every: 2000, times: 9 }, (atMs, round) => [
        fault(atMs, 1200, { kind: 'pause', nodes: [round % 3] }),
        fault(atMs + 1000, 600, { kind: 'one-way', from: [(round + 1) % 3], to: [(round + 2) % 3] }),
      ]),
    }),
    atLeast: { 'fault-pause': 8, 'message-duplicated': 500, 'message-reordered': 500, 'operation-ok': 200 },
    atMost: {},
  },
  {
    name: 'clocks-apart',
    story: 'Clocks jump by minutes and run at other rates: reads and writes depend on none of them.',
    source: "Jepsen's clock nemesis; openraft leader lease",
    plan: calmPlan({
      faults: repeated({ from: 2000, every: 1000, times: 17 }, (atMs, round) =>
        fault(atMs, 2500, {
          kind: 'clock',
          node: round % 5,
          offsetMs: (round % 2 === 0 ? 1 : -1) * 10 ** (2 + (round % 4)),
          rate: round % 3 === 0 ? 0.8 : 1.2,
        }),
      ),
    }),
    atLeast: { 'fault-clock': 17, 'operation-ok': 700 },
    atMost: { 'leader-elected': 4 },
  },
  {
    name: 'deposed-reader',
    story:
      'A leader is cut off together with clients that read from it: it must not answer from its old state.',
    source: 'Raft paper, section 8',
    plan: calmPlan({
      workload: { operationsPerSecond: 150, clients: 20, registers: 1 },
      faults: repeated({ from: 2500, every: 3000, times: 6 }, (atMs, round) => [
        fault(atMs - 500, 0, { kind: 'transfer', node: round % 5 }),
        fault(atMs, 1500, {
          kind: 'partition',
          groups: [[round % 5], [0, 1, 2, 3, 4].filter(node => node !== round % 5)],
        }),
      ]),
    }),
    atLeast: { 'fault-partition': 6, 'leader-elected': 5, 'operation-ok': 700 },
    atMost: {},
  },
];
