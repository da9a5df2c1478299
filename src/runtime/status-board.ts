/**
 * Puts the cluster's status together from what nodes report, what the supervisor knows and what the router counts.
 *
 * @module
 */
import { EventLog } from './event-log.js';
import type { NodeReport } from './node-protocol.js';
import { RateWindow } from './rate-window.js';
import type { ClusterEventKind, ClusterStatus, LinkStatus, NodeStatus } from './status.js';
import type { Supervised } from './supervisor.js';

/** What is fixed for the life of a cluster. */
export interface ClusterFacts {
  readonly startedAtMs: number;
  readonly seed: number;
  readonly durable: boolean;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
}

/** What of a node is known without asking it. */
export interface NodeFacts extends Supervised {
  readonly node: number;
  readonly host: string;
  readonly port: number;
  readonly clockOffsetMs: number;
  readonly diskFault: string | null;
  readonly mailboxDepth: number;
}

export class StatusBoard {
  readonly #facts: ClusterFacts;
  readonly #now: () => number;
  readonly #reports = new Map<number, NodeReport>();
  readonly #rates = new RateWindow();
  readonly #events: EventLog;
  #routed = { messages: 0, dropped: 0 };

  /** `now`: milliseconds since the epoch. */
  constructor(facts: ClusterFacts, now: () => number) {
    this.#facts = facts;
    this.#now = now;
    this.#events = new EventLog(now);
  }

  event(kind: ClusterEventKind, node: number | null, text: string): void {
    this.#events.add(kind, node, text);
  }

  report(node: number, report: NodeReport): void {
    const before = this.#reports.get(node);
    this.#reports.set(node, report);
    this.#rates.add(this.#now(), {
      writes: report.writes - (before?.writes ?? 0),
      reads: report.reads - (before?.reads ?? 0),
      messages: 0,
      dropped: 0,
      writeLatency: report.writeLatency,
    });
  }

  /** A new life of the node counts from nothing again. */
  restarted(node: number): void {
    const last = this.#reports.get(node);
    if (last !== undefined) this.#reports.set(node, { ...last, writes: 0, reads: 0 });
  }

  /** Totals of the router since the start. */
  routed(messages: number, dropped: number): void {
    this.#rates.add(this.#now(), {
      writes: 0,
      reads: 0,
      messages: messages - this.#routed.messages,
      dropped: dropped - this.#routed.dropped,
      writeLatency: null,
    });
    this.#routed = { messages, dropped };
  }

  status(nodeFacts: readonly NodeFacts[], links: readonly LinkStatus[]): ClusterStatus {
    const nodes = nodeFacts.map(facts => nodeStatus(facts, this.#reports.get(facts.node) ?? null));
    const leader = findLeader(nodes);
    const present = nodes.filter(node => node.state !== 'removed');
    return {
      ...this.#facts,
      ...this.#rates.rates(this.#now()),
      atMs: this.#now(),
      nodes,
      links,
      leader: leader?.node ?? null,
      term: Math.max(0, ...present.map(node => node.raft?.term ?? 0)),
      commit: Math.max(0, ...present.map(node => node.raft?.commit ?? 0)),
      quorum: quorumOf(leader, present),
      events: this.#events.newest(),
    };
  }
}

function nodeStatus(facts: NodeFacts, report: NodeReport | null): NodeStatus {
  return {
    node: facts.node,
    host: facts.host,
    port: facts.port,
    state: facts.state,
    raft: report?.raft ?? null,
    sinceMs: facts.sinceMs,
    restarts: facts.restarts,
    lastError: facts.lastError,
    heapBytes: report?.heapBytes ?? 0,
    busy: facts.state === 'up' ? (report?.busy ?? 0) : 0,
    mailboxDepth: facts.mailboxDepth + (report?.mailboxDepth ?? 0),
    clients: facts.state === 'up' ? (report?.clients ?? 0) : 0,
    keys: report?.keys ?? 0,
    dataBytes: report?.dataBytes ?? 0,
    stateHash: report?.stateHash ?? '',
    syncMsP50: report?.syncMsP50 ?? 0,
    syncMsP99: report?.syncMsP99 ?? 0,
    clockOffsetMs: facts.clockOffsetMs,
    diskFault: facts.diskFault,
    writes: report?.writes ?? 0,
    reads: report?.reads ?? 0,
    ...(report?.gateway === undefined ? {} : { gateway: report.gateway }),
  };
}

/** The running leader of the highest term whom a majority of its voters follow, by their own reports. */
function findLeader(nodes: readonly NodeStatus[]): NodeStatus | null {
  const running = nodes.filter(node => node.state === 'up');
  const leaders = running
    .filter(node => node.raft?.role === 'leader')
    .sort((one, other) => (other.raft?.term ?? 0) - (one.raft?.term ?? 0));
  return leaders.find(leader => followersOf(leader, running) >= quorumOf(leader, nodes)) ?? null;
}

/** Voters, the leader included, that know it as the leader of its term. */
function followersOf(leader: NodeStatus, running: readonly NodeStatus[]): number {
  const term = leader.raft?.term;
  const voters = new Set(leader.raft?.voters);
  return running.filter(
    ({ node, raft }) => voters.has(node) && raft?.leader === leader.node && raft.term === term,
  ).length;
}

function quorumOf(leader: NodeStatus | null, present: readonly NodeStatus[]): number {
  const voters =
    leader?.raft?.voters.length ?? Math.max(0, ...present.map(node => node.raft?.voters.length ?? 0));
  return Math.floor((voters > 0 ? voters : present.length) / 2) + 1;
}
