/**
 * What this host knows of the nodes that run elsewhere, from what their hosts report.
 *
 * @module
 */
import { PERFECT_LINK } from '../link.js';
import type { Roster } from '../roster.js';
import type { LinkStatus } from '../status.js';
import type { NodeFacts, StatusBoard } from '../status-board.js';
import { decodeNodeReport, type HostReport } from './host-report.js';

const NO_COUNTERS = { sent: 0, delivered: 0, dropped: 0, delayed: 0, duplicated: 0, bytes: 0 };

export class RemoteNodes {
  readonly #roster: Roster;
  readonly #facts = new Map<number, NodeFacts>();
  readonly #links = new Map<string, LinkStatus>();
  /** Nodes of which something was heard since their host was reached. */
  readonly #fresh = new Set<number>();
  readonly #lostAtMs = new Map<string, number>();

  constructor(roster: Roster) {
    this.#roster = roster;
  }

  hear(host: string, report: HostReport, board: StatusBoard): void {
    for (const { facts, report: wire } of report.nodes) {
      const { node } = facts;
      if (!this.#livesOn(node, host)) continue;
      this.#facts.set(node, facts);
      if (wire === undefined) continue;
      if (this.#fresh.has(node)) board.report(node, decodeNodeReport(wire));
      else board.adopt(node, decodeNodeReport(wire));
      this.#fresh.add(node);
    }
    for (const link of report.links ?? []) {
      if (this.#livesOn(link.from, host)) this.#links.set(`${link.from},${link.to}`, link);
    }
    board.routed(report.routed.messages, report.routed.dropped, host);
    for (const { kind, node, text, atMs } of report.events) board.foreignEvent(kind, node, text, atMs);
  }

  /** From now on the host's nodes count as down. */
  lose(host: string): void {
    this.#lostAtMs.set(host, Date.now());
    for (const node of this.#roster.nodes) if (this.#livesOn(node, host)) this.#fresh.delete(node);
  }

  facts(node: number, isReached: (host: string) => boolean): NodeFacts {
    const { host, address, record } = this.#roster.get(node);
    const known = this.#facts.get(node);
    const facts: NodeFacts = {
      state: 'down',
      sinceMs: this.#lostAtMs.get(host) ?? 0,
      restarts: 0,
      lastError: null,
      clockOffsetMs: 0,
      diskFault: null,
      mailboxDepth: 0,
      ...known,
      node,
      host: address.host,
      port: address.port,
    };
    if (record.isRemoved) return { ...facts, state: 'removed' };
    if (isReached(host)) return facts;
    const sinceMs = this.#lostAtMs.get(host) ?? facts.sinceMs;
    return { ...facts, state: 'down', sinceMs, lastError: `host ${host} is not reached` };
  }

  link(from: number, to: number): LinkStatus {
    return this.#links.get(`${from},${to}`) ?? { from, to, faults: PERFECT_LINK, counters: NO_COUNTERS };
  }

  #livesOn(node: number, host: string): boolean {
    return this.#roster.has(node) && this.#roster.get(node).host === host;
  }
}
