/**
 * Leader: changes of the membership, one at a time, and the promotion of learners that have caught up.
 *
 * The core replaces a change that may not be made now by an empty entry; whether it did shows when that index is
 * applied, and then the change is proposed again. A node that comes back under another incarnation replaces its former
 * self: both are in the group until the new one is promoted, by one joint change.
 *
 * @module
 */
import type { ConfChange, ConfChangeOperation } from '../raft/conf-change.js';
import { RaftError } from '../raft/errors.js';
import type { RaftId } from '../raft/ids.js';
import type { Raft } from '../raft/raft.js';
import type { ConfState } from '../raft/snapshot.js';
import { type ControlDone, controlFailed } from './control.js';
import type { Host } from './host.js';
import { type NodeIndex, nodeOf, raftIdOf } from './peer-id.js';

/** More changes than this at once are refused. */
const PENDING_MAX = 64;

interface PendingChange {
  /** What to do, worked out again at each try: the membership may have changed. Null: nothing is left to do. */
  readonly operations: (configuration: ConfState) => readonly ConfChangeOperation[] | null;
  readonly done: ControlDone;
  readonly deadlineTick: number;
  /** Where it stands in the log, 0: not proposed. */
  index: number;
  term: number;
}

export class Membership {
  readonly #raft: Raft;
  readonly #host: Host;
  readonly #pending: PendingChange[] = [];
  /** Commit index at the last look: a learner that has passed it keeps up. */
  #commitSeen = 0;

  #isMember: boolean;
  #hasLeft = false;

  /** `configuration`: as of the start. */
  constructor(raft: Raft, host: Host, configuration: ConfState) {
    this.#raft = raft;
    this.#host = host;
    this.#isMember = membersOf(configuration).has(raft.id);
  }

  /** This node was a member and is none any more. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** A leader says that this node is a member no more. */
  toldRemoved(): void {
    this.#hasLeft = true;
  }

  add(node: NodeIndex, incarnation: number, deadlineTick: number, done: ControlDone): void {
    const id = raftIdOf(node, incarnation);
    const operations = (configuration: ConfState): readonly ConfChangeOperation[] | null =>
      membersOf(configuration).has(id) ? null : [{ kind: 'add-learner', id }];
    this.#enqueue({ operations, done, deadlineTick, index: 0, term: 0 });
  }

  /** Every incarnation of the node. */
  remove(node: NodeIndex, deadlineTick: number, done: ControlDone): void {
    const { configuration } = this.#raft;
    const leaving = idsOfNode(configuration, node);
    if (leaving.length === 0) {
      done(controlFailed('bad-node', `node ${node} is no member`));
      return;
    }
    if (configuration.voters.every(id => nodeOf(id) === node)) {
      done(controlFailed('refused', `node ${node} is the last voter`));
      return;
    }
    const operations = (now: ConfState): readonly ConfChangeOperation[] | null => {
      const ids = idsOfNode(now, node);
      return ids.length === 0 ? null : ids.map(id => ({ kind: 'remove', id }));
    };
    this.#enqueue({ operations, done, deadlineTick, index: 0, term: 0 });
  }

  /** Proposes what is due. Call it in each turn of a leader. */
  propose(): void {
    const change = this.#pending[0];
    if (change === undefined || change.index > 0 || this.#raft.role !== 'leader') return;
    const { configuration } = this.#raft;
    if (configuration.outgoing.length > 0) return;
    const operations = change.operations(configuration);
    if (operations === null) {
      this.#pending.shift();
      change.done({ ok: true, index: this.#raft.appliedIndex });
      return;
    }
    this.#tryPropose(change, { transition: 'auto', operations });
  }

  /** The membership in force is `configuration`, by the entry or snapshot at `index`. */
  changed(configuration: ConfState, index: number): void {
    this.#host.event('membership', describe(configuration));
    const isMember = membersOf(configuration).has(this.#raft.id);
    if (this.#isMember && !isMember) this.#hasLeft = true;
    this.#isMember = isMember;
    const change = this.#pending[0];
    if (change?.index !== index) return;
    this.#pending.shift();
    change.done({ ok: true, index });
  }

  /** Deadlines, refused proposals, learners. `applied`: last applied index of the driver. */
  tick(nowTick: number, applied: number): void {
    const change = this.#pending[0];
    if (change !== undefined) {
      if (change.index > 0 && change.index <= applied) change.index = 0;
      if (change.deadlineTick <= nowTick) {
        this.#pending.shift();
        change.done(controlFailed('timeout', 'the change was not made within the time limit'));
      }
    }
    this.#promoteLearner(nowTick);
  }

  /** This node does not lead any more: what was proposed may still be done by the next leader. */
  abandon(): void {
    for (const change of this.#pending.splice(0)) {
      if (change.index > 0) change.done(controlFailed('timeout', 'leadership was lost'));
      else change.done(controlFailed('not-leader', 'leadership was lost'));
    }
  }

  #enqueue(change: PendingChange): void {
    if (this.#pending.length >= PENDING_MAX) {
      change.done(controlFailed('refused', 'too many membership changes at once'));
      return;
    }
    this.#pending.push(change);
  }

  #tryPropose(change: PendingChange, confChange: ConfChange): void {
    try {
      this.#raft.proposeConfChange(confChange);
      change.index = this.#raft.lastIndex;
      change.term = this.#raft.term;
    } catch (error) {
      // Dropped: tried again in the next turn.
      if (!(error instanceof RaftError) || error.code !== 'proposal-dropped') throw error;
    }
  }

  #promoteLearner(nowTick: number): void {
    const caughtUp = this.#commitSeen;
    this.#commitSeen = this.#raft.commitIndex;
    if (this.#pending.length > 0 || this.#raft.role !== 'leader') return;
    const { configuration } = this.#raft;
    if (configuration.learners.length === 0 || configuration.outgoing.length > 0) return;
    for (const progress of this.#raft.status().progress) {
      if (!progress.isLearner || !progress.recentActive || progress.state !== 'replicate') continue;
      if (progress.match < caughtUp) continue;
      const { id } = progress;
      const operations = (now: ConfState): readonly ConfChangeOperation[] | null =>
        now.learners.includes(id) ? promotion(now, id) : null;
      const deadlineTick = nowTick + 1000;
      this.#enqueue({ operations, done: () => {}, deadlineTick, index: 0, term: 0 });
      return;
    }
  }
}

/** The learner becomes a voter in place of the node's former selves. */
function promotion(configuration: ConfState, id: RaftId): readonly ConfChangeOperation[] {
  const former = idsOfNode(configuration, nodeOf(id)).filter(other => other !== id);
  return [{ kind: 'add-voter', id }, ...former.map(other => ({ kind: 'remove' as const, id: other }))];
}

function describe({ voters, outgoing, learners }: ConfState): string {
  const nodes = (ids: readonly RaftId[]): string => ids.map(id => nodeOf(id)).join(' ');
  const leaving = outgoing.length === 0 ? '' : `, before ${nodes(outgoing)}`;
  const learning = learners.length === 0 ? '' : `, learners ${nodes(learners)}`;
  return `voters ${nodes(voters)}${leaving}${learning}`;
}

export function membersOf(configuration: ConfState): ReadonlySet<RaftId> {
  const { voters, outgoing, learners, learnersNext } = configuration;
  return new Set([...voters, ...outgoing, ...learners, ...learnersNext]);
}

function idsOfNode(configuration: ConfState, node: NodeIndex): readonly RaftId[] {
  return [...membersOf(configuration)].filter(id => nodeOf(id) === node);
}
