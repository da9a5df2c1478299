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
  /** Totals by host; those of this process under the empty name. */
  readonly #routed = new Map<string, { readonly messages: number; readonly dropped: number }>();
  /** Told of what happens in this process. */
  onEvent: (kind: ClusterEventKind, node: number | null, text: string) => void = () => {};

  /** `now`: milliseconds since the epoch. */
  constructor(facts: ClusterFacts, now: () => number) {
    this.#facts = facts;
    this.#now = now;
    this.#events = new EventLog(now);
  }

  event(kind: ClusterEventKind, node: number | null, text: string): void {
    this.#events.add(kind, node, text);
    this.onEvent(kind, node, text);
  }

  /** Another host says what happened there. */
  foreignEvent(kind: ClusterEventKind, node: number | null, text: string, atMs: number): void {
    this.#events.add(kind, node, text, atMs);
  }

  report(node: number, report: NodeReport): void {
    const last = this.#reports.get(node);
    // Smaller totals are those of a new life, also of a node whose end was not seen.
    const before =
      last !== undefined && last.writes <= report.writes && last.reads <= report.reads ? last : null;
    this.#reports.set(node, report);
    this.#rates.add(this.#now(), {
      writes: report.writes - (before?.writes ?? 0),
      reads: report.reads - (before?.reads ?? 0),
      messages: 0,
      dropped: 0,
      writeLatency: report.writeLatency,
    });
  }

  /** Where counting begins for a node of another host: what it did before did not happen now. */
  adopt(node: number, report: NodeReport): void {
    this.#reports.set(node, report);
  }

  /** A new life of the node counts from nothing again. */
  restarted(node: number): void {
    const last = this.#reports.get(node);
    if (last !== undefined) this.#reports.set(node, { ...last, writes: 0, reads: 0 });
  }

  /** The last report of a node; null: it has not reported. */
  lastReport(node: number): NodeReport | null {
    return this.#reports.get(node) ?? null;
  }

  /** Totals of a router since its start: of this process, or of another host. */
  routed(messages: number, dropped: number, host = ''): void {
    const last = this.#routed.get(host);
    const before = last !== undefined && last.messages <= messages ? last : { messages: 0, dropped: 0 };
    // What another host did before this one heard of it did not happen now.
    const isFirst = last === undefined && host !== '';
    if (!isFirst) {
      this.#rates.add(this.#now(), {
        writes: 0,
        reads: 0,
        messages: messages - before.messages,
        dropped: dropped - before.dropped,
        writeLatency: null,
      });
    }
    this.#routed.set(host, { messages, dropped });
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
    hashedIndex: report?.hashedIndex ?? 0,
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
