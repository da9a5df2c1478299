/**
 * What happens because time has passed.
 *
 * @module
 */
import { NONE } from '../raft/ids.js';
import type { NodeParts } from './node-parts.js';
import { nodeOf } from './peer-id.js';

/** A leader whose disk has not finished anything for this many election timeouts hands over. */
const STALL_ELECTIONS = 2;

export class Ticker {
  readonly #parts: NodeParts;
  #nextHandOverTick = 0;

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  tick(): void {
    const { clock, raft, watch, proposals, reads, transfer, snapshots, options } = this.#parts;
    clock.tick += 1;
    raft.tick();
    watch.tick();
    proposals.tick(clock.tick, raft.id, raft.leader === NONE ? 'no-leader' : 'overloaded');
    reads.tick(clock.tick);
    transfer.tick(clock.tick);
    snapshots.tick(clock.tick);
    if (clock.tick % options.heartbeatTicks === 0) this.#beat();
  }

  /** Once per heartbeat interval. */
  #beat(): void {
    const { pipeline, raft, membership, placer, machine, clock } = this.#parts;
    pipeline.retry();
    pipeline.writeCommit();
    const stalledTicks = pipeline.stalledTicks(clock.tick);
    if (raft.role !== 'leader') return;
    membership.tick(clock.tick, machine.lastApplied);
    placer.tickLogTime();
    this.#handOverIfStuck(stalledTicks);
  }

  /**
   * A leader that cannot write answers no writer: another one shall lead, if a majority's disks took what this one's did
   * not. When too many disks are full this one goes on leading, for reads. Tried again every election timeout.
   */
  #handOverIfStuck(stalledTicks: number): void {
    const { pipeline, options, clock, raft, host, reads } = this.#parts;
    const { electionTicks } = options;
    const isStalled = stalledTicks > STALL_ELECTIONS * electionTicks;
    if ((!isStalled && !pipeline.isFull) || clock.tick < this.#nextHandOverTick) return;
    this.#nextHandOverTick = clock.tick + electionTicks;
    const { configuration, progress } = raft.status();
    const { voters } = configuration;
    const stored = progress.find(({ id }) => id === raft.id)?.match ?? 0;
    const able = progress
      .filter(one => (one.recentActive || one.isSpared) && voters.includes(one.id) && one.match > stored)
      .sort((a, b) => b.match - a.match);
    const [target] = able;
    // Votes need a disk too: without a majority that can give them nobody would lead.
    if (target === undefined || able.length * 2 <= voters.length) return;
    host.event('fault', `its disk takes no writes: leadership goes to node ${nodeOf(target.id)}`);
    reads.forfeitLease();
    raft.transferLeadership(target.id);
  }
}
