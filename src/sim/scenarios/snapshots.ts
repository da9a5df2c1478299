/**
 * Snapshots: made, sent and put in force while everything else goes on.
 *
 * @module
 */
import { calmPlan, fault, repeated, type Scenario } from './scenario.js';

/** Snapshots are made often and nothing is kept behind them. */
const eager = { snapshotEntries: 25, tailEntries: 1 };

export const SNAPSHOT_SCENARIOS: readonly Scenario[] = [
  {
    name: 'lagging-follower',
    story:
      'A follower is away until the log it lacks is compacted: it gets a snapshot, and sessions with it.',
    source: 'RedisRaft issue 43; hashicorp/raft pull request 704',
    plan: calmPlan({
      ...eager,
      faults: repeated({ from: 3000, every: 5000, times: 3 }, (atMs, round) =>
        fault(atMs, 3500, {
          kind: 'partition',
          groups: [[0, 1, 2, 3, 4].filter(node => node !== round), [round]],
        }),
      ),
    }),
    atLeast: { 'fault-partition': 3, 'snapshot-made': 10, 'snapshot-installed': 3, 'operation-ok': 500 },
    atMost: {},
  },
  {
    name: 'snapshot-under-fire',
    story: 'Receivers and senders of snapshots crash in the middle of it, on slow links.',
    source: 'etcd issue 18055; async-raft 2eccb9e1; redisraft issue 449',
    plan: calmPlan({
      ...eager,
      network: { minMs: 5, meanMs: 15, drop: 0.05 },
      syncMs: 15,
      faults: repeated({ from: 3000, every: 3000, times: 5 }, (atMs, round) => [
        fault(atMs, 1500, { kind: 'crash', nodes: [4] }),
        fault(atMs + 1560, 300, { kind: 'crash', nodes: [4] }),
        fault(atMs + 2000, 250, { kind: 'crash', nodes: [round % 4] }),
      ]),
    }),
    atLeast: { 'fault-crash': 13, 'snapshot-installed': 2, 'snapshot-made': 10, 'operation-ok': 150 },
    atMost: {},
  },
  {
    name: 'snapshot-over-conflict',
    story:
      'A deposed leader with entries of its own gets a snapshot over them: they are gone, and it goes on.',
    source: 'hashicorp/raft issue 697; openraft t33',
    plan: calmPlan({
      ...eager,
      workload: { operationsPerSecond: 150, clients: 20 },
      faults: repeated({ from: 3000, every: 5500, times: 3 }, atMs => [
        fault(atMs - 800, 0, { kind: 'transfer', node: 0 }),
        fault(atMs, 3500, { kind: 'partition', groups: [[0], [1, 2, 3, 4]] }),
      ]),
    }),
    atLeast: { 'fault-partition': 3, 'snapshot-installed': 2, 'leader-stepped-down': 1 },
    atMost: {},
  },
  {
    name: 'unreachable-learner',
    story:
      'A node is added that nobody reaches, and the log is compacted meanwhile: it starts from a snapshot.',
    source: 'openraft issue 1828',
    plan: calmPlan({
      ...eager,
      nodes: 3,
      spares: 1,
      faults: [
        fault(2500, 6000, { kind: 'partition', groups: [[0, 1, 2], [3]] }),
        fault(3000, 0, { kind: 'add', node: 3 }),
        ...repeated({ from: 9000, every: 2000, times: 4 }, atMs => fault(atMs, 0, { kind: 'add', node: 3 })),
      ],
    }),
    atLeast: { 'fault-add': 1, 'membership-applied': 1, 'snapshot-installed': 1, 'operation-ok': 500 },
    atMost: {},
  },
];
