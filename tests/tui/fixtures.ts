/**
 * Fixed snapshots of clusters, for frames and for what keys do.
 *
 * @module
 */
import type { MessageKind } from '../../src/node/frame.js';
import { PERFECT_LINK } from '../../src/runtime/link.js';
import type {
  ClusterEvent,
  ClusterStatus,
  LinkStatus,
  NodeStatus,
  RaftStatus,
} from '../../src/runtime/status.js';
import type { CommandLanguage } from '../../tui/command-language.js';
import type { SeenMessage } from '../../tui/messages.js';
import { initialState, type State } from '../../tui/state.js';
import { update } from '../../tui/update.js';

/** 2026-03-04 12:04:31.120 UTC. */
export const NOW_MS = Date.UTC(2026, 2, 4, 12, 4, 31, 120);

export interface StatusOptions {
  readonly nodes?: number;
  readonly leader?: number | null;
  readonly term?: number;
  readonly atMs?: number;
  readonly down?: readonly number[];
  readonly paused?: readonly number[];
  /** `[from, to, drop]` */
  readonly drops?: readonly (readonly [number, number, number])[];
  readonly events?: readonly ClusterEvent[];
  /** Changes of single nodes' reports. */
  readonly raft?: Readonly<Record<number, Partial<RaftStatus>>>;
}

/** The term before reached to the entry before this. */
const FIRST_OF_TERM = 1275;

function raftOf(node: number, options: StatusOptions): RaftStatus {
  const { nodes = 5, leader = 2, term = 7, down = [] } = options;
  const isLeader = node === leader;
  const isDown = down.includes(node);
  const lastIndex = isDown ? 1180 : 1284;
  const end = options.raft?.[node]?.lastIndex ?? lastIndex;
  const progress = Array.from({ length: nodes }, (_, follower) => ({
    node: follower,
    state: 'replicate' as const,
    match: down.includes(follower) ? 1180 : 1284,
    next: 1285,
    inflight: 0,
    active: !down.includes(follower),
    learner: false,
  }));
  return {
    role: isLeader ? 'leader' : 'follower',
    term: isDown ? term - 1 : term,
    vote: leader,
    leader,
    firstIndex: 1001,
    lastIndex,
    lastTerm: isDown ? term - 1 : term,
    commit: isDown ? 1180 : 1284,
    applied: options.raft?.[node]?.commit ?? (isDown ? 1180 : 1284),
    snapshotIndex: 1000,
    electionElapsedMs: (node * 70) % 400,
    electionTimeoutMs: 400,
    voters: Array.from({ length: nodes }, (_, voter) => voter),
    learners: [],
    joint: false,
    progress: isLeader ? progress : [],
    tailTerms: Array.from({ length: 200 }, (_, at) => (end - 199 + at < FIRST_OF_TERM ? term - 1 : term)),
    votesGranted: [],
    ...options.raft?.[node],
  };
}

function nodeOf(node: number, options: StatusOptions): NodeStatus {
  const { atMs = NOW_MS, down = [], paused = [] } = options;
  const state = down.includes(node) ? 'down' : paused.includes(node) ? 'paused' : 'up';
  return {
    node,
    host: 'localhost',
    port: 5001 + node,
    state,
    raft: raftOf(node, options),
    sinceMs: atMs - (state === 'up' ? 62_000 : 3_400),
    restarts: 0,
    lastError: null,
    heapBytes: 18 * 1024 * 1024,
    busy: state === 'up' ? 0.04 * (node + 1) : 0,
    mailboxDepth: node === 3 ? 12 : 0,
    clients: node === 0 ? 3 : 0,
    keys: 412,
    dataBytes: 91_000,
    stateHash: '9f2c',
    hashedIndex: 0,
    syncMsP50: 0.4,
    syncMsP99: 1.9,
    clockOffsetMs: 0,
    diskFault: null,
    writes: 1000,
    reads: 400,
  };
}

function linkOf(from: number, to: number, options: StatusOptions): LinkStatus {
  const drop = options.drops?.find(([a, b]) => a === from && b === to)?.[2] ?? 0;
  const sent = from === to ? 0 : 1200 + 10 * from + to;
  const dropped = Math.round(sent * drop);
  return {
    from,
    to,
    faults: { ...PERFECT_LINK, drop },
    counters: { sent, delivered: sent - dropped, dropped, delayed: 0, duplicated: 0, bytes: sent * 90 },
  };
}

export function statusOf(options: StatusOptions = {}): ClusterStatus {
  const { nodes = 5, leader = 2, term = 7, atMs = NOW_MS, events = [] } = options;
  const members = Array.from({ length: nodes }, (_, node) => node);
  return {
    atMs,
    startedAtMs: atMs - 63_000,
    seed: 42,
    durable: false,
    electionTimeoutMs: 600,
    heartbeatMs: 50,
    nodes: members.map(node => nodeOf(node, options)),
    links: members.flatMap(from => members.map(to => linkOf(from, to, options))),
    leader,
    term,
    commit: 1284,
    quorum: Math.floor(nodes / 2) + 1,
    writesPerSecond: 412,
    readsPerSecond: 98,
    droppedPerSecond: 38,
    messagesPerSecond: 1204,
    latencyMsP50: 3.1,
    latencyMsP99: 9.2,
    events,
  };
}

export function eventsOf(
  ...entries: readonly (readonly [ClusterEvent['kind'], number | null, string])[]
): readonly ClusterEvent[] {
  return entries.map(([kind, node, text], index) => ({
    sequence: index + 1,
    atMs: NOW_MS - (entries.length - index) * 730,
    kind,
    node,
    text,
  }));
}

/** A message of the fixtures' cluster: number `sequence`, sent at so many milliseconds, delivered at once. */
export function messageOf(
  sequence: number,
  from: number,
  to: number,
  kind: MessageKind,
  fields: SeenMessage['fields'] = {},
): SeenMessage {
  return {
    sequence,
    from,
    to,
    kind,
    atMs: sequence,
    fate: 'delivered',
    settledAtMs: sequence,
    copies: 1,
    fields: { term: 7, ...fields },
  };
}

/** A language of two commands, enough for what the prompt does with any. */
export const SMALL_LANGUAGE: CommandLanguage = {
  complete: (line, cursor, nodes) => {
    const start = line.slice(0, cursor).search(/\S*$/);
    const words =
      start === 0 ? ['kill', 'put', 'partition'] : Array.from({ length: nodes }, (_, node) => String(node));
    return { start, words: words.filter(word => word.startsWith(line.slice(start, cursor))) };
  },
  hint: line =>
    line.startsWith('kill') ? { usage: 'kill NODES', summary: 'Ends it.', isError: false } : null,
  commands: [{ group: 'nodes', usage: 'kill NODES', summary: 'Ends it.' }],
};

export interface StateOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly history?: readonly string[];
}

/** A running program that has seen these snapshots. */
export function stateWith(statuses: readonly ClusterStatus[], options: StateOptions = {}): State {
  const { columns = 80, rows = 24, history = [] } = options;
  const facts = { store: 'in memory', nodes: statuses[0]?.nodes.length ?? 5, version: '0.1.0' };
  const start = initialState({ facts, columns, rows, history });
  return statuses.reduce(
    (state, status) => update(state, { kind: 'status', status }, SMALL_LANGUAGE).state,
    start,
  );
}
