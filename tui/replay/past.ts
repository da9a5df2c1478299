/**
 * The cluster at one moment of a trace, brought forward event by event.
 *
 * @module
 */
import { PERFECT_LINK } from '../../src/runtime/link.js';
import type { ClusterStatus, LinkStatus, NodeStatus, RaftStatus } from '../../src/runtime/status.js';
import type { TracedEvent } from './trace-events.js';

interface PastNode {
  isUp: boolean;
  hasStarted: boolean;
  sinceMs: number;
  restarts: number;
  role: 'leader' | 'candidate' | 'follower';
  term: number;
  vote: number | null;
  /** By index; before `first` unknown. */
  terms: number[];
  first: number;
  last: number;
  commit: number;
  applied: number;
  snapshot: number;
  stateHash: string;
}

const TAIL_ENTRIES = 200;
const NO_COUNTERS = { sent: 0, delivered: 0, dropped: 0, delayed: 0, duplicated: 0, bytes: 0 };

function newNode(): PastNode {
  return {
    isUp: false,
    hasStarted: false,
    sinceMs: 0,
    restarts: 0,
    role: 'follower',
    term: 0,
    vote: null,
    terms: [],
    first: 1,
    last: 0,
    commit: 0,
    applied: 0,
    snapshot: 0,
    stateHash: '',
  };
}

export class Past {
  readonly #nodes: readonly PastNode[];
  readonly #links: readonly LinkStatus[];

  constructor(nodes: number | Past) {
    if (typeof nodes === 'number') {
      this.#nodes = Array.from({ length: nodes }, newNode);
      this.#links = Array.from({ length: nodes * nodes }, (_, at) => ({
        from: Math.floor(at / nodes),
        to: at % nodes,
        faults: PERFECT_LINK,
        counters: NO_COUNTERS,
      }));
    } else {
      this.#nodes = nodes.#nodes.map(node => ({ ...node, terms: [...node.terms] }));
      this.#links = nodes.#links;
    }
  }

  apply(event: TracedEvent): void {
    const node = this.#nodes[event.node];
    if (node === undefined) return;
    switch (event.kind) {
      case 'start':
        start(node, event);
        break;
      case 'crash':
        Object.assign(node, { isUp: false, sinceMs: event.atMs, role: 'follower' });
        break;
      case 'term':
        Object.assign(node, { term: event.term, vote: null, role: 'follower' });
        break;
      case 'vote':
        node.vote = event.vote;
        node.term = event.term;
        if (event.vote === event.node && node.role === 'follower') node.role = 'candidate';
        break;
      case 'leader':
        Object.assign(node, { role: 'leader', term: event.term });
        break;
      case 'step-down':
        node.role = 'follower';
        break;
      case 'append':
        node.terms[event.index] = event.term;
        node.last = event.index;
        break;
      case 'truncate':
        node.last = event.index - 1;
        node.terms.length = Math.max(0, Math.min(node.terms.length, event.index));
        break;
      case 'commit':
        node.commit = Math.max(node.commit, event.index);
        break;
      case 'apply':
        node.applied = event.index;
        break;
      case 'snapshot':
        node.snapshot = event.index;
        break;
      case 'install':
        install(node, event);
        break;
      case 'state':
        node.stateHash = event.state;
        break;
    }
  }

  status(atMs: number): ClusterStatus {
    const leader = this.#leader();
    const nodes = this.#nodes.map((node, at) => this.#nodeStatus(node, at, leader));
    const quorum = Math.floor(nodes.length / 2) + 1;
    const byCommit = this.#nodes.map(({ commit }) => commit);
    return {
      atMs,
      startedAtMs: 0,
      seed: 0,
      durable: true,
      electionTimeoutMs: 0,
      heartbeatMs: 0,
      nodes,
      links: this.#links,
      leader,
      term: Math.max(0, ...this.#nodes.map(({ term }) => term)),
      commit: Math.max(0, ...byCommit),
      quorum,
      writesPerSecond: 0,
      readsPerSecond: 0,
      droppedPerSecond: 0,
      messagesPerSecond: 0,
      latencyMsP50: 0,
      latencyMsP99: 0,
      events: [],
    };
  }

  #leader(): number | null {
    let found: number | null = null;
    this.#nodes.forEach((node, at) => {
      const best = found === null ? -1 : (this.#nodes[found]?.term ?? -1);
      if (node.isUp && node.role === 'leader' && node.term > best) found = at;
    });
    return found;
  }

  #nodeStatus(node: PastNode, at: number, leader: number | null): NodeStatus {
    return {
      node: at,
      host: '',
      port: 0,
      state: node.isUp ? 'up' : node.hasStarted ? 'down' : 'removed',
      raft: node.hasStarted ? this.#raft(node, at, leader) : null,
      sinceMs: node.sinceMs,
      restarts: node.restarts,
      lastError: null,
      heapBytes: 0,
      busy: 0,
      mailboxDepth: 0,
      clients: 0,
      keys: 0,
      dataBytes: 0,
      stateHash: node.stateHash,
      hashedIndex: node.applied,
      syncMsP50: 0,
      syncMsP99: 0,
      clockOffsetMs: 0,
      diskFault: null,
      writes: 0,
      reads: 0,
    };
  }

  #raft(node: PastNode, at: number, leader: number | null): RaftStatus {
    const from = Math.max(node.first, node.last - TAIL_ENTRIES + 1);
    const length = Math.max(0, node.last - from + 1);
    const tailTerms = Array.from({ length }, (_, offset) => node.terms[from + offset] ?? 0);
    const voters = this.#nodes.flatMap((one, index) => (one.hasStarted ? [index] : []));
    const granted = voters.filter(index => {
      const other = this.#nodes[index];
      return other?.term === node.term && other.vote === at;
    });
    const leads = leader !== null && this.#nodes[leader]?.term === node.term ? leader : null;
    return {
      role: node.role,
      term: node.term,
      vote: node.vote,
      leader: node.role === 'leader' ? at : leads,
      firstIndex: node.first,
      lastIndex: node.last,
      lastTerm: node.terms[node.last] ?? 0,
      commit: node.commit,
      applied: node.applied,
      snapshotIndex: node.snapshot,
      electionElapsedMs: 0,
      electionTimeoutMs: 0,
      voters,
      learners: [],
      joint: false,
      progress: [],
      tailTerms,
      votesGranted: node.role === 'candidate' ? granted : [],
    };
  }
}

function start(node: PastNode, { atMs, term, index, vote, snapshot }: TracedEvent): void {
  const known = { term, vote, last: index, snapshot, commit: snapshot, applied: snapshot };
  const restarts = node.restarts + (node.hasStarted ? 1 : 0);
  Object.assign(node, { isUp: true, hasStarted: true, sinceMs: atMs, restarts, role: 'follower', ...known });
  node.terms.length = Math.min(node.terms.length, index + 1);
}

/** The log begins anew behind the snapshot. */
function install(node: PastNode, { index, term }: TracedEvent): void {
  if (node.terms[index] !== term || node.last < index) {
    node.terms = [];
    node.terms[index] = term;
    node.first = index;
    node.last = index;
  }
  node.snapshot = index;
  node.commit = Math.max(node.commit, index);
  node.applied = Math.max(node.applied, index);
}
