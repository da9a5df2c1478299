/**
 * Carries out what operators ask of this node.
 *
 * @module
 */
import { type ControlDone, type ControlRequest, controlFailed } from './control.js';
import type { NodeParts } from './node-parts.js';
import { type NodeIndex, nodeOf } from './peer-id.js';

interface Request {
  readonly request: ControlRequest;
  readonly done: ControlDone;
}

/** More than this many at once are refused. */
const REQUESTS_MAX = 256;

export class ControlDesk {
  readonly #parts: NodeParts;
  #requests: Request[] = [];
  #refused: ControlDone[] = [];

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  put(request: ControlRequest, done: ControlDone): void {
    if (this.#requests.length < REQUESTS_MAX) this.#requests.push({ request, done });
    else this.#refused.push(done);
  }

  work(): void {
    if (this.#refused.length + this.#requests.length === 0) return;
    for (const done of this.#refused.splice(0)) {
      done(controlFailed('refused', `more than ${REQUESTS_MAX} requests at once`));
    }
    for (const { request, done } of this.#requests.splice(0)) this.#carryOut(request, done);
  }

  abandon(why: string): void {
    const waiting = [...this.#requests.splice(0).map(({ done }) => done), ...this.#refused.splice(0)];
    for (const done of waiting) done(controlFailed('stopping', why));
  }

  #carryOut(request: ControlRequest, done: ControlDone): void {
    const { raft, snapshots, machine, membership, clock, options } = this.#parts;
    const needsLeader = request.kind !== 'snapshot' && request.kind !== 'campaign';
    if (needsLeader && raft.role !== 'leader') {
      done(controlFailed('not-leader', 'only the leader can do that'));
      return;
    }
    const deadlineTick = clock.tick + options.limits.proposalTimeoutTicks;
    switch (request.kind) {
      case 'snapshot':
        snapshots.request(done);
        return;
      case 'campaign':
        raft.campaign();
        done({ ok: true, index: machine.lastApplied });
        return;
      case 'transfer':
        this.#transfer(request.to, done);
        return;
      case 'add':
        membership.add(request.node, request.incarnation, deadlineTick, done);
        return;
      case 'remove':
        membership.remove(request.node, deadlineTick, done);
        return;
    }
  }

  #transfer(to: NodeIndex, done: ControlDone): void {
    const { raft, machine, transfer, reads, clock, options } = this.#parts;
    const target = raft.configuration.voters.find(id => nodeOf(id) === to);
    if (target === undefined) {
      done(controlFailed('bad-node', `node ${to} is no voter`));
    } else if (target === raft.id) {
      done({ ok: true, index: machine.lastApplied });
    } else {
      transfer.start(target, clock.tick + 2 * options.electionTicks, done);
      reads.forfeitLease();
      raft.transferLeadership(target);
    }
  }
}
