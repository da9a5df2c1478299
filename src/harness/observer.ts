/**
 * Follows the status of the cluster during a run and keeps what a report shows of it: roles over time, leaders, events
 * and the matrix at each change.
 *
 * @module
 */
import type { ClusterControls, ObservedEvent, ObservedStatus } from './cluster-under-test.js';

/** A node's role, or its state when it is not up, from a moment on. */
export interface RoleChange {
  readonly atMs: number;
  readonly role: string;
  readonly term: number;
}

export interface MatrixChange {
  readonly atMs: number;
  readonly rows: readonly (readonly number[])[];
}

export interface TimelineEvent {
  readonly atMs: number;
  readonly kind: string;
  readonly node: number | null;
  readonly text: string;
}

export interface Timeline {
  readonly roles: readonly (readonly RoleChange[])[];
  readonly matrices: readonly MatrixChange[];
  readonly events: readonly TimelineEvent[];
  readonly electionTimeoutMs: number;
  /** Highest term seen. */
  readonly term: number;
}

const DEFAULT_INTERVAL_MS = 100;
const MAX_EVENTS = 5_000;
const MAX_MATRICES = 300;
/** Too many, and of no use in a report. */
const UNSHOWN_EVENTS: ReadonlySet<string> = new Set(['kv']);

export class Observer {
  readonly #controls: ClusterControls;
  readonly #nowMs: () => number;
  readonly #intervalMs: number;
  readonly #roles: RoleChange[][] = [];
  readonly #matrices: MatrixChange[] = [];
  readonly #events: TimelineEvent[] = [];
  #lastSequence = -1;
  #electionTimeoutMs = 0;
  #term = 0;
  #running = true;
  readonly #done: Promise<void>;

  /** @param options `intervalMs`: how often it looks */
  constructor(
    controls: ClusterControls,
    nowMs: () => number,
    { intervalMs = DEFAULT_INTERVAL_MS }: { readonly intervalMs?: number } = {},
  ) {
    this.#intervalMs = intervalMs;
    this.#controls = controls;
    this.#nowMs = nowMs;
    this.#done = this.#poll();
  }

  async stop(): Promise<Timeline> {
    this.#running = false;
    await this.#done;
    return {
      roles: this.#roles,
      matrices: this.#matrices,
      events: this.#events,
      electionTimeoutMs: this.#electionTimeoutMs,
      term: this.#term,
    };
  }

  /** Looks now, besides the interval. */
  async look(): Promise<void> {
    const status = await this.#controls.status().catch(() => null);
    if (status !== null) this.#take(status);
  }

  async #poll(): Promise<void> {
    while (this.#running) {
      await this.look();
      await new Promise(resolve => setTimeout(resolve, this.#intervalMs));
    }
  }

  #take(status: ObservedStatus): void {
    const atMs = this.#nowMs();
    this.#electionTimeoutMs = status.electionTimeoutMs;
    this.#term = Math.max(this.#term, status.term);
    this.#takeRoles(status, atMs);
    this.#takeMatrix(status, atMs);
    for (const event of status.events) this.#takeEvent(event, atMs);
  }

  #takeRoles({ nodes }: ObservedStatus, atMs: number): void {
    for (const { node, state, raft } of nodes) {
      const changes = this.#roles[node] ?? [];
      this.#roles[node] = changes;
      const role = state === 'up' && raft !== null ? raft.role : state;
      const term = raft?.term ?? 0;
      const last = changes[changes.length - 1];
      if (last?.role !== role || (role === 'leader' && last.term !== term))
        changes.push({ atMs, role, term });
    }
  }

  #takeMatrix({ nodes, links }: ObservedStatus, atMs: number): void {
    const size = nodes.length;
    const rows: number[][] = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (const { from, to, faults } of links) {
      const row = rows[from];
      if (row !== undefined && from !== to) row[to] = faults.drop;
    }
    const last = this.#matrices[this.#matrices.length - 1];
    if (this.#matrices.length >= MAX_MATRICES || JSON.stringify(last?.rows) === JSON.stringify(rows)) return;
    this.#matrices.push({ atMs, rows });
  }

  /** Events carry the time of day; the first one seen in a poll happened at most a poll ago. */
  #takeEvent(event: ObservedEvent, polledAtMs: number): void {
    if (event.sequence <= this.#lastSequence) return;
    this.#lastSequence = event.sequence;
    if (UNSHOWN_EVENTS.has(event.kind) || this.#events.length >= MAX_EVENTS) return;
    const ageMs = Math.max(0, Date.now() - event.atMs);
    const { kind, node, text } = event;
    this.#events.push({ atMs: polledAtMs - ageMs, kind, node, text });
  }
}
