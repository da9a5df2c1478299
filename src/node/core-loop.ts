/**
 * Takes from the core what it wants done, and gives back what was done: the `Ready` loop of asynchronous storage.
 *
 * @module
 */
import { RaftError } from '../raft/errors.js';
import type { Message, PeerMessage, StorageAppend } from '../raft/message.js';
import type { Ready } from '../raft/ready.js';
import type { Snapshot } from '../raft/snapshot.js';
import { MESSAGE_KINDS } from './frame.js';
import type { Leadership } from './leadership.js';
import { NodeError } from './node-error.js';
import type { NodeParts } from './node-parts.js';

/** Rounds of ready, disk and apply in one turn before new messages are looked at. */
const ROUNDS_PER_TURN = 8;

const PEER_KINDS: ReadonlySet<string> = new Set(MESSAGE_KINDS);

export class CoreLoop {
  readonly #parts: NodeParts;
  readonly #leadership: Leadership;

  constructor(parts: NodeParts, leadership: Leadership) {
    this.#parts = parts;
    this.#leadership = leadership;
  }

  /** Until the core is quiet, or long enough for one turn. */
  run(): void {
    const { raft, outbox, pipeline, options } = this.#parts;
    for (let round = 0; round < ROUNDS_PER_TURN; round++) {
      while (raft.hasReady()) this.#take(raft.ready());
      outbox.flush();
      pipeline.pump();
      this.storageDone();
      this.#apply(options.limits.applyCommandsPerTurn);
      if (!raft.hasReady()) return;
    }
  }

  /**
   * Delivers what waited for durability.
   * @throws NodeError `disk-io` when the disk has failed
   */
  storageDone(): void {
    const { pipeline, tracer, clock } = this.#parts;
    for (const work of pipeline.takeDurable(clock.tick)) {
      tracer.durable(work);
      if (work.snapshot !== null) this.#installed(work.snapshot);
      for (const response of work.responses) {
        tracer.told(response);
        this.#deliver(response);
      }
    }
    const { failure } = pipeline;
    if (failure !== null) throw new NodeError('disk-io', failure.message, { cause: failure });
  }

  /** Gives a message to the core. What the core refuses is no failure of this node. */
  step(message: Message): void {
    try {
      this.#parts.raft.step(message);
    } catch (error) {
      // A reply from a former member, a proposal at a bad moment: the protocol goes on without them.
      if (error instanceof RaftError && error.code !== 'invariant-violated') return;
      throw error;
    }
  }

  #take(ready: Ready): void {
    this.#leadership.notice();
    for (const { index, context } of ready.readStates) this.#parts.reads.confirmed(context, index);
    for (const message of ready.messages) this.#route(message);
    this.#parts.tracer.commit(this.#parts.raft.commitIndex);
  }

  #route(message: Message): void {
    const { tracer, pipeline, snapshots, applier, clock } = this.#parts;
    switch (message.type) {
      case 'StorageAppend':
        if (message.snapshot !== null) {
          snapshots.accepted();
          tracer.snapshotAccepted(message.snapshot.index);
        }
        tracer.append(message.entries);
        pipeline.push(this.#withMutations(message));
        return;
      case 'StorageApply':
        applier.push(message);
        return;
      case 'InstallSnapshot':
        snapshots.send(message, clock.tick);
        return;
      default:
        this.#deliver(message);
    }
  }

  /** To a peer, or to the own core. */
  #deliver(message: Message): void {
    if (message.to === this.#parts.raft.id) this.step(message);
    else if (isPeerMessage(message)) this.#parts.outbox.add(message);
    else throw new NodeError('core-failed', `the core sent ${message.type} to ${message.to}`);
  }

  /** What was committed before belongs to the state that is replaced: first it is applied and reported. */
  #installed(snapshot: Snapshot): void {
    const { snapshots, membership, proposals } = this.#parts;
    this.#apply(Number.POSITIVE_INFINITY);
    snapshots.installed(snapshot);
    proposals.superseded();
    membership.changed(snapshot.confState, snapshot.index);
  }

  #apply(commandBudget: number): void {
    const replies = this.#parts.applier.run(commandBudget);
    for (const reply of replies) this.step(reply);
    if (replies.length > 0) this.#leadership.notice();
  }

  #withMutations(work: StorageAppend): StorageAppend {
    const { mutations } = this.#parts.options;
    if (mutations.size === 0) return work;
    const isEarly = ({ type }: Message): boolean =>
      (mutations.has('vote-before-sync') && type === 'RequestVoteReply') ||
      (mutations.has('ack-before-sync') && type === 'AppendEntriesReply');
    for (const response of work.responses) if (isEarly(response)) this.#deliver(response);
    return { ...work, responses: work.responses.filter(response => !isEarly(response)) };
  }
}

function isPeerMessage(message: Message): message is PeerMessage {
  return message.to > 0 && message.from > 0 && PEER_KINDS.has(message.type);
}
