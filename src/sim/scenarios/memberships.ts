/**
 * Changes of membership, under trouble.
 *
 * @module
 */
import { calmPlan, fault, repeated, type Scenario } from './scenario.js';

export const MEMBERSHIP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'remove-the-leader',
    story: 'The leader is removed: it commits its own removal, steps down, and does not disturb the others.',
    source: 'Raft dissertation 4.2.2, 4.2.3',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 0 }),
        fault(3000, 0, { kind: 'remove', node: 0 }),
        fault(7000, 0, { kind: 'transfer', node: 1 }),
        fault(8000, 0, { kind: 'remove', node: 1 }),
      ],
    }),
    atLeast: { 'fault-remove': 2, 'node-removed': 2, 'leader-elected': 3, 'operation-ok': 600 },
    atMost: { 'leader-elected': 7 },
  },
  {
    name: 'two-leaders-change-members',
    story: 'A cut-off leader and its successor both change the membership from the same base.',
    source: 'the single-server change bug (raft-dev, July 2015); RedisRaft issues 17, 28, 44',
    plan: calmPlan({
      spares: 2,
      faults: repeated({ from: 2500, every: 5500, times: 3 }, atMs => [
        fault(atMs - 600, 0, { kind: 'transfer', node: 0 }),
        fault(atMs, 2000, {
          kind: 'partition',
          groups: [
            [0, 5],
            [1, 2, 3, 4, 6],
          ],
        }),
        fault(atMs + 50, 0, { kind: 'add', node: 5 }),
        fault(atMs + 1500, 0, { kind: 'add', node: 6 }),
        fault(atMs + 3500, 0, { kind: 'remove', node: 5 }),
        fault(atMs + 4000, 0, { kind: 'remove', node: 6 }),
      ]),
    }),
    atLeast: {
      'fault-add': 4,
      'fault-remove': 3,
      'membership-applied': 6,
      'fault-partition': 3,
      'operation-ok': 300,
    },
    atMost: {},
  },
  {
    name: 'replace-three',
    story: 'Nodes are added and old ones removed one by one, while others crash.',
    source: 'RethinkDB 2.2.3 (Jepsen); etcd-io/raft issue 372',
    plan: calmPlan({
      nodes: 3,
      spares: 3,
      snapshotEntries: 60,
      safetyMs: 30_000,
      faults: [3, 4, 5].flatMap((node, round) => [
        fault(2500 + round * 8000, 0, { kind: 'add', node }),
        fault(4500 + round * 8000, 700, { kind: 'crash', nodes: [node] }),
        fault(6500 + round * 8000, 0, { kind: 'remove', node: round }),
        fault(8200 + round * 8000, 700, { kind: 'crash', nodes: [(round + 1) % 3] }),
      ]),
    }),
    atLeast: { 'fault-add': 3, 'fault-remove': 2, 'membership-applied': 4, 'operation-ok': 600 },
    atMost: {},
  },
  {
    name: 'removed-and-back',
    story:
      'A node is removed and comes back under a new identity, while messages of its first life still arrive.',
    source: 'openraft replication sessions; dragonboat issue 256',
    plan: calmPlan({
      spares: 0,
      network: { reorder: 0.2, reorderMs: 800, duplicate: 0.2 },
      faults: repeated({ from: 3000, every: 6000, times: 3 }, atMs => [
        fault(atMs, 0, { kind: 'remove', node: 4 }),
        fault(atMs + 3000, 0, { kind: 'add', node: 4 }),
      ]),
    }),
    atLeast: { 'fault-remove': 2, 'fault-add': 2, 'node-removed': 1, 'membership-applied': 3 },
    atMost: {},
  },
];
