/**
 * The invariants of the store, checked after every event from the nodes' trace alone.
 *
 * Paper, Figure 3: election safety, leader append-only, log matching, leader completeness, state machine safety; and what
 * durability and the state machine promise beyond it: no vote or acknowledgement is ever taken back, nothing is applied twice or out
 * of order, equal indexes mean equal states.
 *
 * @module
 */
import { nodeOf } from '../node/peer-id.js';
import type { TraceEvent } from '../node/trace.js';
import { NONE, type RaftId } from '../raft/ids.js';
import { EMPTY_PREFIX, LogView } from './log-view.js';
import { Violation, type ViolationKind } from './violation.js';

/** An entry as recovery found it. */
export interface FoundEntry {
  readonly index: number;
  readonly term: number;
  readonly hash: string;
}

/** A log after recovery: entries from `base` + 1 on, and the snapshot that the state machine was loaded from. */
export interface RecoveredLog {
  readonly base: number;
  readonly snapshotIndex: number;
  readonly entries: readonly FoundEntry[];
}

interface NodeView {
  readonly log: LogView;
  commit: number;
  applied: number;
  /** Durable, and told to others. */
  acked: number;
  leads: boolean;
  term: number;
  /** In which entries of the log were last replaced. */
  truncateTerm: number;
  /** Highest term in which it voted or acknowledged. */
  boundTerm: number;
  readonly votes: Map<number, number>;
  leaderUnchecked: boolean;
}

/** Nodes that vote, as the leader sees it; null: do not check (membership is changing). */
export type VotersSeenBy = (node: number) => readonly number[] | null;

const MAX_TERM = 2 ** 20;

export class Invariants {
  readonly #nodes = new Map<number, NodeView>();
  readonly #leaders = new Map<number, number>();
  /** The one true log: everything that any node ever knew to be committed. */
  readonly #committed = new LogView();
  /** By index: the term in which it was committed. */
  readonly #commitTerms: number[] = [];
  /** Prefix hash by (index, term): the same everywhere. */
  readonly #prefixes = new Map<number, number>();
  readonly #executed = new Map<string, number>();
  readonly #states = new Map<number, string>();
  readonly #votersSeenBy: VotersSeenBy;
  readonly #nowMs: () => number;
  /** Single checks made. */
  checks = 0;

  constructor(nowMs: () => number, votersSeenBy: VotersSeenBy) {
    this.#nowMs = nowMs;
    this.#votersSeenBy = votersSeenBy;
  }

  get committedIndex(): number {
    return this.#committed.lastIndex;
  }

  get highestTerm(): number {
    return Math.max(0, ...this.#leaders.keys());
  }

  /** A new life of the node: comes before its `start` event, with what recovery found. */
  recovered(node: number, found: RecoveredLog): void {
    const view = this.#view(node);
    const promised = new Map<number, string>();
    for (let index = found.snapshotIndex + 1; index <= view.acked; index += 1) {
      const entry = view.log.at(index);
      if (entry !== undefined) promised.set(index, `${entry.term} ${entry.hash}`);
    }
    view.log.restart(found.base, this.#committed.prefixAt(found.base) ?? EMPTY_PREFIX);
    for (const entry of found.entries) {
      view.log.append(entry.index, entry.term, entry.hash);
      const before = promised.get(entry.index);
      promised.delete(entry.index);
      if (before !== undefined && before !== `${entry.term} ${entry.hash}`) {
        this.#fail(
          'acknowledged-entry-lost',
          `n${node} acknowledged ${entry.index} as ${before} and has another now`,
        );
      }
    }
    for (const index of promised.keys()) {
      this.#fail('acknowledged-entry-lost', `n${node} acknowledged entry ${index} and has it no more`);
    }
    view.commit = found.snapshotIndex;
    view.applied = found.snapshotIndex;
    view.leads = false;
  }

  /** The node begins again under another identity: nothing it promised binds it. */
  forget(node: number): void {
    this.#nodes.delete(node);
  }

  observe(node: number, event: TraceEvent): void {
    this.checks += 1;
    const view = this.#view(node);
    switch (event.ev) {
      case 'start':
        this.#started(node, view, event.term, event.vote);
        return;
      case 'term':
        view.term = event.term;
        view.leads = false;
        return;
      case 'vote':
        this.#voted(node, view, event.term, event.for);
        return;
      case 'leader':
        this.#elected(node, view, event.term);
        return;
      case 'step-down':
        view.leads = false;
        return;
      case 'append':
        this.#appended(node, view, event);
        return;
      case 'truncate':
        this.#truncated(node, view, event.from);
        return;
      case 'ack':
        // Late news of a disk: not of this log any more if a later leader has replaced entries meanwhile.
        if (event.term >= view.truncateTerm) view.acked = Math.max(view.acked, event.index);
        return;
      case 'commit':
        this.#commits(node, view, event.index);
        return;
      case 'apply':
        this.#applied(node, view, event);
        return;
      case 'snapshot':
      case 'state':
        this.#compareState(node, event.index, event.state);
        return;
      case 'install':
        this.#installed(node, view, event.index, event.state);
        return;
    }
  }

  /** Has `turnEnded` anything to check? */
  isUnchecked(node: number): boolean {
    return this.#nodes.get(node)?.leaderUnchecked === true;
  }

  /** Checks that need a whole turn's events. */
  turnEnded(node: number): void {
    const view = this.#view(node);
    if (!view.leaderUnchecked) return;
    view.leaderUnchecked = false;
    // A candidate that was slow may win its term when a later one has committed already: that binds only leaders after it.
    let index = this.#committed.lastIndex;
    while (index > 0 && (this.#commitTerms[index] ?? 0) >= view.term) index -= 1;
    const own = view.log.prefixAt(index);
    const isCompacted = own === undefined && index < view.log.lastIndex;
    this.#demand(
      index === 0 || isCompacted || own === this.#committed.prefixAt(index),
      'leader-completeness',
      () =>
        `n${node} leads without the committed entries up to ${index} (its log ends at ${view.log.lastIndex})`,
    );
  }

  #view(node: number): NodeView {
    let view = this.#nodes.get(node);
    if (view === undefined) {
      view = {
        log: new LogView(),
        commit: 0,
        applied: 0,
        acked: 0,
        leads: false,
        term: 0,
        truncateTerm: 0,
        boundTerm: 0,
        votes: new Map(),
        leaderUnchecked: false,
      };
      this.#nodes.set(node, view);
    }
    return view;
  }

  #fail(kind: ViolationKind, message: string): never {
    throw new Violation(kind, this.#nowMs(), message);
  }

  #demand(holds: boolean, kind: ViolationKind, message: () => string): void {
    if (!holds) this.#fail(kind, message());
  }

  #started(node: number, view: NodeView, term: number, vote: number): void {
    view.term = term;
    this.#demand(
      term >= view.boundTerm,
      'term-went-back',
      () => `n${node} starts in term ${term} after ${view.boundTerm}`,
    );
    const voted = view.votes.get(term);
    this.#demand(
      voted === undefined || voted === vote,
      'vote-changed',
      () => `n${node} voted for ${voted} in term ${term} and starts with vote ${vote}`,
    );
    if (vote !== NONE) view.votes.set(term, vote);
  }

  #voted(node: number, view: NodeView, term: number, candidate: number): void {
    const before = view.votes.get(term);
    this.#demand(
      before === undefined || before === candidate,
      'vote-changed',
      () => `n${node} voted for ${before} and for ${candidate} in term ${term}`,
    );
    view.votes.set(term, candidate);
    view.boundTerm = Math.max(view.boundTerm, term);
  }

  #elected(node: number, view: NodeView, term: number): void {
    const other = this.#leaders.get(term);
    this.#demand(
      other === undefined || other === node,
      'election-safety',
      () => `n${other} and n${node} both led in term ${term}`,
    );
    this.#leaders.set(term, node);
    this.#checkElected(node, term);
    view.leads = true;
    view.leaderUnchecked = true;
  }

  /** Votes are counted only when they are durable: else a restart takes them back and gives them again. */
  #checkElected(node: number, term: number): void {
    const voters = this.#votersSeenBy(node);
    if (voters === null) return;
    const electors = voters.filter(voter => {
      const vote = this.#nodes.get(voter)?.votes.get(term);
      return vote !== undefined && nodeOf(vote as RaftId) === node;
    });
    this.#demand(
      electors.length * 2 > voters.length,
      'election-not-durable',
      () =>
        `n${node} leads in term ${term}; durable votes of [${electors.join(' ')}] of [${voters.join(' ')}]`,
    );
  }

  #appended(node: number, view: NodeView, event: FoundEntry): void {
    const { index, term, hash } = event;
    const entry = view.log.append(index, term, hash);
    if (entry === undefined)
      this.#fail('log-matching', `n${node} appended ${index} behind ${view.log.lastIndex}`);
    const key = index * MAX_TERM + term;
    const known = this.#prefixes.get(key);
    this.#demand(
      known === undefined || known === entry.prefix,
      'log-matching',
      () => `n${node} has another log than others up to entry ${index} of term ${term}`,
    );
    this.#prefixes.set(key, entry.prefix);
    if (view.commit >= index) this.#recordCommitted(node, view, view.commit);
  }

  #truncated(node: number, view: NodeView, from: number): void {
    this.#demand(
      !view.leads,
      'leader-append-only',
      () => `n${node} leads and truncates its log from ${from}`,
    );
    this.#demand(
      from > view.commit,
      'committed-entry-truncated',
      () => `n${node} truncates from ${from} although ${view.commit} is committed`,
    );
    const last = Math.min(view.log.lastIndex, this.#committed.lastIndex);
    for (let index = from; index <= last; index += 1) {
      this.#demand(
        view.log.prefixAt(index) !== this.#committed.prefixAt(index),
        'committed-entry-truncated',
        () => `n${node} throws away entry ${index}, which is committed`,
      );
    }
    view.log.truncate(from);
    view.truncateTerm = view.term;
    view.acked = Math.min(view.acked, from - 1);
  }

  #commits(node: number, view: NodeView, index: number): void {
    this.#demand(
      index > view.commit,
      'commit-went-back',
      () => `n${node} commits ${index} after ${view.commit}`,
    );
    view.commit = index;
    this.#recordCommitted(node, view, index);
  }

  /** What was not appended yet in this turn follows when it is. */
  #recordCommitted(node: number, view: NodeView, upTo: number): void {
    const last = Math.min(upTo, view.log.lastIndex);
    const known = Math.min(last, this.#committed.lastIndex);
    const own = view.log.prefixAt(known);
    this.#demand(
      own === undefined || own === this.#committed.prefixAt(known),
      'state-machine-safety',
      () => `n${node} has another entry committed at or below ${known} than others`,
    );
    for (let index = this.#committed.lastIndex + 1; index <= last; index += 1) {
      const entry = view.log.at(index);
      if (entry === undefined) return;
      this.#committed.append(index, entry.term, entry.hash);
      this.#commitTerms[index] = view.term;
      if (view.leads) this.#checkDurable(node, index, entry.prefix);
    }
  }

  #checkDurable(node: number, index: number, prefix: number): void {
    const voters = this.#votersSeenBy(node);
    if (voters === null) return;
    const holders = voters.filter(voter => {
      const view = this.#nodes.get(voter);
      return view !== undefined && view.acked >= index && view.log.prefixAt(index) === prefix;
    });
    this.#demand(
      holders.length * 2 > voters.length,
      'commit-not-durable',
      () => `n${node} commits ${index}, durable only on [${holders.join(' ')}] of [${voters.join(' ')}]`,
    );
  }

  #applied(node: number, view: NodeView, event: TraceEvent & { readonly ev: 'apply' }): void {
    const { index, term, hash, client, seq, effect } = event;
    this.#demand(
      index === view.applied + 1,
      'applied-out-of-order',
      () => `n${node} applies ${index} after ${view.applied}`,
    );
    view.applied = index;
    const entry = this.#committed.at(index);
    this.#demand(
      entry !== undefined && entry.term === term && entry.hash === hash,
      'state-machine-safety',
      () => `n${node} applies another entry at ${index} than was committed`,
    );
    if (!effect || client === null) return;
    const key = `${client}/${seq}`;
    const before = this.#executed.get(key);
    this.#demand(
      before === undefined || before === index,
      'applied-twice',
      () => `batch ${key} took effect at ${before} and at ${index}`,
    );
    this.#executed.set(key, index);
  }

  #compareState(node: number, index: number, state: string): void {
    const known = this.#states.get(index);
    this.#demand(
      known === undefined || known === state,
      'state-differs',
      () => `n${node} has state ${state} at ${index}, others had ${known}`,
    );
    this.#states.set(index, state);
  }

  #installed(node: number, view: NodeView, index: number, state: string): void {
    const prefix = this.#committed.prefixAt(index);
    this.#demand(
      prefix !== undefined,
      'state-machine-safety',
      () => `n${node} installs a snapshot of ${index}, never committed`,
    );
    if (view.log.prefixAt(index) !== prefix) view.log.restart(index, prefix ?? EMPTY_PREFIX);
    view.commit = Math.max(view.commit, index);
    view.applied = index;
    view.acked = Math.max(view.acked, index);
    this.#compareState(node, index, state);
  }
}
