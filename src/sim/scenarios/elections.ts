/**
 * Elections and liveness: a cluster that could work must work.
 *
 * @module
 */
import { calmPlan, fault, repeated, type Scenario } from './scenario.js';

const ALL = [0, 1, 2, 3, 4];
const REST = [1, 2, 3, 4];

export const ELECTION_SCENARIOS: readonly Scenario[] = [
  {
    name: 'calm',
    story: 'Nothing happens: one election, no refusal, nothing unknown.',
    source: 'the baseline of all others',
    plan: calmPlan(),
    atLeast: { 'operation-ok': 900 },
    atMost: { 'leader-elected': 1, 'operation-unknown': 0, 'leader-stepped-down': 0 },
  },
  {
    name: 'full-omission',
    story:
      'Links are lost until only some pairs hear each other; a node that hears a quorum must lead, and stay.',
    source: 'Cloudflare 2020; Decentralized Thoughts 2020-12-12',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 2 }),
        fault(3000, 17_000, {
          kind: 'partition',
          groups: [
            [0, 1, 2],
            [1, 3],
            [2, 4],
          ],
        }),
      ],
    }),
    atLeast: { 'fault-partition': 1, 'fault-transfer': 1, 'message-cut': 1, 'operation-ok': 300 },
    atMost: { 'leader-elected': 6 },
  },
  {
    name: 'leader-cannot-hear',
    story: 'The leader still sends heartbeats but hears nobody: it must step down, and the others go on.',
    source: 'OpenRaft t14_one_way_isolation; etcd CheckQuorum',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 0 }),
        fault(3000, 17_000, { kind: 'one-way', from: REST, to: [0] }),
      ],
    }),
    atLeast: { 'fault-one-way': 1, 'leader-stepped-down': 1, 'leader-elected': 2, 'operation-ok': 500 },
    atMost: { 'leader-elected': 5 },
  },
  {
    name: 'leader-cannot-send',
    story: 'The leader hears everybody but nobody hears it: others elect, it learns of it and steps down.',
    source: 'one-way partitions of Jepsen',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 0 }),
        fault(3000, 17_000, { kind: 'one-way', from: [0], to: REST }),
      ],
    }),
    atLeast: { 'fault-one-way': 1, 'leader-stepped-down': 1, 'leader-elected': 2, 'operation-ok': 500 },
    atMost: { 'leader-elected': 5 },
  },
  {
    name: 'follower-cannot-hear',
    story: 'One follower hears nobody and asks for votes all the time: nobody may lose a leader over it.',
    source: 'etcd PreVote and leader stickiness (issue 8243)',
    plan: calmPlan({ faults: [fault(3000, 17_000, { kind: 'one-way', from: REST, to: [0] })], seed: 3 }),
    atLeast: { 'fault-one-way': 1, 'operation-ok': 600 },
    atMost: { 'leader-elected': 3 },
  },
  {
    name: 'bridge',
    story:
      'The old leader hears the bridge only, the fifth node nobody: the majority must commit while it lasts.',
    source: 'openraft issue 2080',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 3 }),
        fault(3000, 17_000, { kind: 'partition', groups: [[0, 1, 2], [1, 3], [4]] }),
      ],
    }),
    atLeast: { 'fault-partition': 1, 'leader-elected': 2, 'operation-ok': 250 },
    atMost: { 'leader-elected': 6 },
  },
  {
    name: 'ring-of-majorities',
    story: 'Every node hears its two neighbours only: each sees another majority. No two leaders of a term.',
    source: "Jepsen's majorities-ring",
    plan: calmPlan({
      faults: [fault(3000, 15_000, { kind: 'partition', groups: ALL.map(node => [node, (node + 1) % 5]) })],
    }),
    atLeast: { 'fault-partition': 1, 'message-cut': 100, 'operation-ok': 150 },
    atMost: {},
  },
  {
    name: 'isolated-follower-returns',
    story: 'A follower that was alone for long comes back: nobody is deposed, it catches up.',
    source: 'etcd TestFreeStuckCandidateWithCheckQuorum; Raft dissertation 9.6',
    plan: calmPlan({
      faults: repeated({ from: 3000, every: 5000, times: 3 }, atMs =>
        fault(atMs, 4000, { kind: 'partition', groups: [[0, 1, 2, 3], [4]] }),
      ),
      seed: 2,
    }),
    atLeast: { 'fault-partition': 3, 'operation-ok': 700 },
    atMost: { 'leader-elected': 3 },
  },
  {
    name: 'flapping-link',
    story: 'A link to the leader comes and goes with every heartbeat: no storm of elections, commits go on.',
    source: 'swizzle-clog of FoundationDB; etcd canonical issue 196',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 0 }),
        ...repeated({ from: 3000, every: 100, times: 150 }, atMs =>
          fault(atMs, 50, {
            kind: 'partition',
            groups: [
              [0, 2, 3, 4],
              [1, 2, 3, 4],
            ],
          }),
        ),
      ],
    }),
    atLeast: { 'fault-partition': 150, 'operation-ok': 600 },
    atMost: { 'leader-elected': 5 },
  },
  {
    name: 'two-of-three',
    story:
      'One of three is gone for good, the other two crash in turn: as soon as both are up they must agree.',
    source: 'ra issue 439',
    plan: calmPlan({
      nodes: 3,
      faults: [
        fault(1000, 60_000, { kind: 'crash', nodes: [2] }),
        ...repeated({ from: 3000, every: 2500, times: 6 }, (atMs, round) =>
          fault(atMs, 600, { kind: 'crash', nodes: [round % 2] }),
        ),
      ],
    }),
    atLeast: { 'fault-crash': 7, 'node-restart': 6, 'leader-elected': 3, 'operation-ok': 200 },
    atMost: {},
  },
  {
    name: 'slow-disk-of-the-leader',
    story: 'The disk of the leader needs seconds for a sync: it leads no more, and others serve.',
    source: 'etcd issue 13527',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 0 }),
        fault(3000, 16_000, { kind: 'slow-disk', node: 0, syncMs: 3000 }),
      ],
    }),
    atLeast: { 'fault-slow-disk': 1, 'leader-elected': 2, 'operation-ok': 400 },
    atMost: { 'leader-elected': 8 },
  },
  {
    name: 'slow-disk-of-a-follower',
    story: 'The disk of one follower needs seconds for a sync: nobody else notices.',
    source: 'LogCabin issue 200',
    plan: calmPlan({
      faults: [
        fault(2000, 0, { kind: 'transfer', node: 0 }),
        fault(3000, 16_000, { kind: 'slow-disk', node: 4, syncMs: 3000 }),
      ],
    }),
    atLeast: { 'fault-slow-disk': 1, 'operation-ok': 450 },
    atMost: { 'leader-elected': 4 },
  },
  {
    name: 'paused-leader',
    story:
      'The leader stands still for seconds with reads and writes waiting, and wakes up into another term.',
    source: 'etcd issue 20418; SIGSTOP of Jepsen',
    plan: calmPlan({
      faults: repeated({ from: 2000, every: 3500, times: 5 }, (atMs, round) => [
        fault(atMs, 0, { kind: 'transfer', node: round % 5 }),
        fault(atMs + 500, 2000, { kind: 'pause', nodes: [round % 5] }),
      ]),
    }),
    atLeast: { 'fault-pause': 5, 'leader-stepped-down': 2, 'leader-elected': 4, 'operation-ok': 350 },
    atMost: {},
  },
  {
    name: 'transfers-under-load',
    story: 'Leadership moves twice a second while clients write, also to a node that nobody can reach.',
    source: 'hashicorp/raft pull request 581; Raft dissertation 3.10',
    plan: calmPlan({
      faults: [
        ...repeated({ from: 2000, every: 500, times: 34 }, (atMs, round) =>
          fault(atMs, 0, { kind: 'transfer', node: round % 5 }),
        ),
        fault(8000, 4000, { kind: 'partition', groups: [[0, 1, 2, 3], [4]] }),
      ],
    }),
    atLeast: { 'fault-transfer': 20, 'leader-elected': 10, 'operation-ok': 500 },
    atMost: {},
  },
];
