/**
 * Tells the other hosts how this host's nodes are: ten times a second at most, and soon after something happens.
 *
 * @module
 */
import type { ClusterRuntime } from '../cluster-runtime.js';
import type { NodeReport } from '../node-protocol.js';
import type { LinkStatus } from '../status.js';
import {
  encodeNodeReport,
  type HostReport,
  joinReports,
  type ReportedEvent,
  type ReportedNode,
} from './host-report.js';

const INTERVAL_MS = 100;
/** News wait so long for company. */
const SOON_MS = 10;
/** Counters of links are many and change all the time. */
const LINKS_EVERY = 5;
const MAX_EVENTS = 200;

export class Publisher {
  readonly #runtime: ClusterRuntime;
  readonly #send: (report: HostReport) => void;
  readonly #reports = new Map<number, NodeReport>();
  /** Role and leader as they were told last. */
  readonly #marks = new Map<number, string>();
  /** Facts as they were told last. */
  readonly #told = new Map<number, string>();
  #events: ReportedEvent[] = [];
  #timer: NodeJS.Timeout | null = null;
  #soon: NodeJS.Timeout | null = null;
  #rounds = 0;

  constructor(runtime: ClusterRuntime, send: (report: HostReport) => void) {
    this.#runtime = runtime;
    this.#send = send;
    runtime.onReport = (node, report) => this.#onReport(node, report);
    runtime.board.onEvent = (kind, node, text) => {
      this.#events.push({ atMs: Date.now(), kind, node, text });
      if (this.#events.length > MAX_EVENTS) this.#events.shift();
      this.#publishSoon();
    };
    this.#timer = setInterval(() => this.#publish(), INTERVAL_MS);
  }

  /** Everything there is to tell, for whoever has heard nothing yet. */
  whole(): HostReport {
    const { board } = this.#runtime;
    const nodes = this.#own().map(node => {
      const report = board.lastReport(node);
      const facts = this.#runtime.localFacts(node);
      // What happened within the second before is not told twice.
      return report === null
        ? { facts }
        : { facts, report: encodeNodeReport({ ...report, writeLatency: null }) };
    });
    return { nodes, links: this.#links(), routed: this.#runtime.router.totals, events: [] };
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#soon !== null) clearTimeout(this.#soon);
  }

  #onReport(node: number, report: NodeReport): void {
    this.#reports.set(node, joinReports(this.#reports.get(node), report));
    const { role, leader, term } = report.raft;
    const mark = `${role} ${leader} ${term}`;
    if (mark !== this.#marks.get(node)) this.#publishSoon();
    this.#marks.set(node, mark);
  }

  #publishSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.#publish();
    }, SOON_MS);
  }

  #publish(): void {
    const nodes = this.#own().flatMap(node => this.#news(node));
    const hasLinks = this.#rounds++ % LINKS_EVERY === 0;
    if (nodes.length === 0 && !hasLinks && this.#events.length === 0) return;
    this.#send({
      nodes,
      ...(hasLinks ? { links: this.#links() } : {}),
      routed: this.#runtime.router.totals,
      events: this.#events,
    });
    this.#reports.clear();
    this.#events = [];
  }

  /** Empty: nothing is new. */
  #news(node: number): readonly ReportedNode[] {
    const report = this.#reports.get(node);
    const facts = this.#runtime.localFacts(node);
    const mark = JSON.stringify(facts);
    const isSame = mark === this.#told.get(node);
    this.#told.set(node, mark);
    if (report !== undefined) return [{ facts, report: encodeNodeReport(report) }];
    return isSame ? [] : [{ facts }];
  }

  #own(): readonly number[] {
    const { roster, supervisor } = this.#runtime;
    return supervisor.nodes.filter(node => roster.isLocal(node));
  }

  #links(): readonly LinkStatus[] {
    const { roster } = this.#runtime;
    return this.#own().flatMap(from => roster.nodes.map(to => this.#runtime.localLink(from, to)));
  }
}
