/**
 * Messages from other nodes: to the core, or to the part of the driver that they concern.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';
import type { CoreLoop } from './core-loop.js';
import type { Frame } from './frame.js';
import { eachMessage } from './frame-reader.js';
import { membersOf } from './membership.js';
import type { NodeMessage } from './messages.js';
import type { NodeParts } from './node-parts.js';
import { nodeOf } from './peer-id.js';

export class Inbound {
  readonly #parts: NodeParts;
  readonly #core: CoreLoop;
  /** Messages dropped: malformed, not for this member, or from a false sender. */
  dropped = 0;
  /** Messages other than heartbeats and their answers: as long as none came, little has changed. */
  stirs = 0;

  constructor(parts: NodeParts, core: CoreLoop) {
    this.#parts = parts;
    this.#core = core;
  }

  take(frame: Frame): void {
    this.dropped += eachMessage(frame, this.#parts.raft.id, this.#receive);
  }

  takeMessage(message: NodeMessage): void {
    if (message.to === this.#parts.raft.id) this.#receive(message);
    else this.dropped += 1;
  }

  #granted({ type, from, term }: NodeMessage): void {
    const { watch, raft, host } = this.#parts;
    watch.granted(from);
    if (type !== 'RequestVoteReply' || raft.role !== 'candidate' || term !== raft.term) return;
    host.event('vote', `gets the vote of n${nodeOf(from)} in term ${term}`);
  }

  readonly #receive = (message: NodeMessage): void => {
    const { placer, snapshots, checkpoints, membership, raft, watch, pipeline } = this.#parts;
    if (message.type !== 'Heartbeat' && message.type !== 'HeartbeatReply') this.stirs += 1;
    switch (message.type) {
      case 'Propose':
        placer.arrive(message);
        return;
      case 'ProposeRefused':
        this.#notAppended(message);
        return;
      case 'SnapshotChunk':
        snapshots.receiveChunk(message);
        return;
      case 'SnapshotChunkReply':
        snapshots.receiveReply(message, this.#parts.clock.tick);
        return;
      case 'StateHash':
        checkpoints.receive(message);
        return;
      case 'Removed':
        membership.toldRemoved();
        return;
      case 'InstallSnapshot':
        // Comes from the own receiver only, when the bytes are here.
        this.dropped += 1;
        return;
      case 'ReadIndex':
      case 'TransferLeader':
        this.#forLeader(message);
        return;
      case 'RequestVote':
      case 'PreVote':
        if (this.#isFormerMember(message.from)) this.#tellRemoved(message.from);
        else if (message.forced || !this.#holdsVote()) this.#core.step(message);
        return;
      case 'AppendEntries':
        // The leader tries again; what waits for the disk must not grow without bound.
        if (message.entries.length > 0 && pipeline.isBehind) return;
        watch.heard(message.from === raft.leader);
        this.#core.step(message);
        return;
      case 'Heartbeat':
        watch.heard(message.from === raft.leader);
        this.#core.step(message);
        return;
      case 'RequestVoteReply':
      case 'PreVoteReply':
        if (!message.reject) this.#granted(message);
        this.#core.step(message);
        return;
      case 'AppendEntriesReply':
      case 'HeartbeatReply':
      case 'ReadIndexReply':
      case 'TimeoutNow':
        this.#core.step(message);
        return;
    }
  };

  #notAppended(message: NodeMessage & { readonly type: 'ProposeRefused' }): void {
    const { options, proposals, clock } = this.#parts;
    if (message.epoch === options.epoch) proposals.notAppended(message.sequence, message.from, clock.tick);
  }

  /** Never passed on: two nodes that take each other for the leader would do so for ever. */
  #forLeader(message: NodeMessage & { readonly type: 'ReadIndex' | 'TransferLeader' }): void {
    if (this.#parts.raft.role !== 'leader') return;
    if (message.type === 'TransferLeader') this.#parts.reads.forfeitLease();
    this.#core.step(message);
  }

  /** With leases a fresh start may not forget a leader that counts on this node: no votes for an election timeout. */
  #holdsVote(): boolean {
    const { options, clock } = this.#parts;
    return options.leaseReads && clock.tick < options.electionTicks;
  }

  /**
   * Certain only for a leader that has applied an entry of its own term: it knows every membership that was ever committed
   * before, and raft ids do not come back.
   */
  #isFormerMember(id: RaftId): boolean {
    const { raft, machine } = this.#parts;
    const { role, term, configuration } = raft;
    return role === 'leader' && machine.lastTerm === term && !membersOf(configuration).has(id);
  }

  #tellRemoved(to: RaftId): void {
    const { raft, outbox, applier } = this.#parts;
    outbox.add({ type: 'Removed', from: raft.id, to, term: raft.term, index: applier.membershipIndex });
  }
}
