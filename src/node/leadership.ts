/**
 * Notices changes of role, leader and term, and tells the parts that care.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';
import type { Role } from '../raft/ready.js';
import type { NodeParts } from './node-parts.js';

export class Leadership {
  readonly #parts: NodeParts;
  #role: Role;
  #leader: RaftId;
  #term: number;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.#role = parts.raft.role;
    this.#leader = parts.raft.leader;
    this.#term = parts.raft.term;
  }

  /** Call it after whatever may have changed the core, before what depends on it is handed out. */
  notice(): void {
    const { raft, tracer, options, clock, proposals, reads, snapshots, transfer, machine } = this.#parts;
    const { role, leader, term } = raft;
    tracer.reign(term, role === 'leader');
    if (role === this.#role && leader === this.#leader && term === this.#term) return;
    if (role !== this.#role) this.#roleChanged(this.#role, role, term);
    const isNewLeader = leader !== this.#leader || term !== this.#term;
    this.#role = role;
    this.#leader = leader;
    this.#term = term;
    if (!isNewLeader) return;
    proposals.leaderChanged(leader, term, clock.tick + options.heartbeatTicks);
    reads.leaderChanged();
    snapshots.leaderChanged();
    transfer.leaderIs(leader, machine.lastApplied);
  }

  #roleChanged(before: Role, role: Role, term: number): void {
    const { watch, membership, host } = this.#parts;
    watch.roleChanged();
    if (before === 'leader') {
      membership.abandon();
      host.event('step-down', `no longer leads (term ${term})`);
    }
    if (role === 'leader') host.event('leader', `leads in term ${term}`);
    if (role === 'candidate') host.event('election', `campaigns in term ${term}`);
  }
}
