/**
 * A cluster control that records what is asked of it and keeps just enough state for a status.
 *
 * @module
 */
import type { MessageKind } from '../../src/node/frame.js';
import {
  type ClusterControl,
  ControlError,
  type DiskFault,
  type KvResult,
  type NodeSelector,
} from '../../src/runtime/control.js';
import { type LinkFaults, PERFECT_LINK } from '../../src/runtime/link.js';
import type { ClusterStatus, NodeState, NodeStatus, RaftStatus } from '../../src/runtime/status.js';

export const kvResult = (fields: Partial<KvResult>): KvResult => ({
  ok: true,
  unknown: false,
  text: 'OK',
  value: null,
  index: 1,
  term: 1,
  elapsedMs: 1,
  ...fields,
});

const raftStatus = (fields: Partial<RaftStatus>): RaftStatus => ({
  role: 'follower',
  term: 1,
  vote: null,
  leader: 0,
  firstIndex: 1,
  lastIndex: 1,
  lastTerm: 1,
  commit: 1,
  applied: 1,
  snapshotIndex: 0,
  electionElapsedMs: 0,
  electionTimeoutMs: 300,
  voters: [],
  learners: [],
  joint: false,
  progress: [],
  tailTerms: [],
  votesGranted: [],
  ...fields,
});

export class FakeControl implements ClusterControl {
  readonly calls: string[] = [];
  readonly notes: string[] = [];
  readonly states: NodeState[];
  readonly hashes: string[];
  /** Up to where the state of a node is hashed, where that is not what it has applied. */
  readonly hashedIndexes: Record<number, number> = {};
  readonly applied: number[];
  readonly rafts: Partial<RaftStatus>[];
  leader: number | null = 0;
  term = 1;
  answer: (args: readonly string[], node?: number) => KvResult | Promise<KvResult> = () => kvResult({});
  #faults: LinkFaults[][];

  constructor(size = 5) {
    const each = <T>(value: T): T[] => Array.from({ length: size }, () => value);
    this.states = each<NodeState>('up');
    this.hashes = each('aa');
    this.applied = each(1);
    this.rafts = Array.from({ length: size }, () => ({}));
    this.#faults = this.states.map(() => each(PERFECT_LINK));
  }

  status(): ClusterStatus {
    return {
      atMs: 0,
      startedAtMs: 0,
      seed: 1,
      durable: false,
      electionTimeoutMs: 600,
      heartbeatMs: 50,
      nodes: this.states.map((state, node) => this.#node(state, node)),
      links: this.#faults.flatMap((row, from) =>
        row.map((faults, to) => ({
          from,
          to,
          faults,
          counters: { sent: 0, delivered: 0, dropped: 0, delayed: 0, duplicated: 0, bytes: 0 },
        })),
      ),
      leader: this.leader,
      term: this.term,
      commit: Math.max(...this.applied),
      quorum: Math.floor(this.states.length / 2) + 1,
      writesPerSecond: 0,
      readsPerSecond: 0,
      droppedPerSecond: 0,
      messagesPerSecond: 0,
      latencyMsP50: 0,
      latencyMsP99: 0,
      events: [],
    };
  }

  #node(state: NodeState, node: number): NodeStatus {
    const applied = this.applied[node] ?? 0;
    const role = node === this.leader ? 'leader' : 'follower';
    return {
      node,
      host: 'localhost',
      port: 7900 + node,
      state,
      raft: raftStatus({
        role,
        leader: this.leader,
        term: this.term,
        commit: applied,
        applied,
        ...this.rafts[node],
      }),
      sinceMs: 0,
      restarts: 0,
      lastError: null,
      heapBytes: 0,
      busy: 0,
      mailboxDepth: 0,
      clients: 0,
      keys: node,
      dataBytes: 0,
      stateHash: this.hashes[node] ?? '',
      hashedIndex: this.hashedIndexes[node] ?? applied,
      syncMsP50: 0,
      syncMsP99: 0,
      clockOffsetMs: 0,
      diskFault: null,
      writes: 0,
      reads: 0,
    };
  }

  #call(name: string, ...args: readonly unknown[]): void {
    this.calls.push([name, ...args.map(arg => JSON.stringify(arg))].join(' '));
  }

  setMatrix(rows: readonly (readonly number[])[]): void {
    this.#call('setMatrix', rows);
    this.#faults = this.#faults.map((row, from) =>
      row.map((faults, to) => ({ ...faults, drop: rows[from]?.[to] ?? 0 })),
    );
  }

  matrix(): readonly (readonly number[])[] {
    return this.#faults.map(row => row.map(faults => faults.drop));
  }

  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): void {
    this.#call('setLink', from, to, faults);
    this.#faults = this.#faults.map((row, i) =>
      row.map((old, j) => {
        const isSelected = (from === null || from === i) && (to === null || to === j) && i !== j;
        return isSelected ? { ...old, ...faults } : old;
      }),
    );
  }

  filter(from: NodeSelector, to: NodeSelector, kind: MessageKind, on: boolean): void {
    this.#call('filter', from, to, kind, on);
  }

  healLinks(): void {
    this.#call('healLinks');
    this.#faults = this.#faults.map(row => row.map(() => PERFECT_LINK));
  }

  async kill(node: number): Promise<void> {
    this.#call('kill', node);
    this.states[node] = 'down';
    if (this.leader === node) this.leader = null;
  }

  async revive(node: number): Promise<void> {
    this.#call('revive', node);
    this.states[node] = 'up';
  }

  async pause(node: number): Promise<void> {
    this.#call('pause', node);
    this.states[node] = 'paused';
  }

  async resume(node: number): Promise<void> {
    this.#call('resume', node);
    this.states[node] = 'up';
  }

  async setClock(node: number, offsetMs: number, rate: number): Promise<void> {
    this.#call('setClock', node, offsetMs, rate);
  }

  async setDisk(node: number, fault: DiskFault): Promise<void> {
    this.#call('setDisk', node, fault);
  }

  async addNode(node: number): Promise<void> {
    this.#call('addNode', node);
  }

  async removeNode(node: number): Promise<void> {
    this.#call('removeNode', node);
  }

  async transferLeadership(to: number): Promise<void> {
    this.#call('transferLeadership', to);
    this.leader = to;
  }

  async snapshot(node: number): Promise<{ readonly index: number }> {
    this.#call('snapshot', node);
    return { index: 7 };
  }

  async debug(variable: string, node: number): Promise<unknown> {
    if (variable === 'nonsense') throw new ControlError('bad-value', 'no such variable');
    return { variable, node };
  }

  async kv(args: readonly string[], node?: number): Promise<KvResult> {
    this.#call('kv', args, ...(node === undefined ? [] : [node]));
    return this.answer(args, node);
  }

  note(kind: 'command' | 'kv' | 'fault', text: string): void {
    this.notes.push(`${kind}: ${text}`);
  }
}
