/**
 * Hashes of the applied state at fixed indexes: sent to the leader, compared by it.
 *
 * @module
 */
import { NONE } from '../raft/ids.js';
import type { Raft } from '../raft/raft.js';
import type { Host } from './host.js';
import type { StateHash } from './messages.js';
import type { Outbox } from './outbox.js';
import { type NodeIndex, nodeOf } from './peer-id.js';
import { StateHashes } from './state-hashes.js';
import type { Tracer } from './tracer.js';

export interface CheckpointParts {
  readonly raft: Raft;
  readonly outbox: Outbox;
  readonly host: Host;
  readonly tracer: Tracer;
}

export class Checkpoints {
  readonly #parts: CheckpointParts;
  readonly #hashes = new StateHashes<NodeIndex>();

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** This node has applied up to `index`. */
  passed(index: number, hash: string): void {
    const { raft, outbox, tracer } = this.#parts;
    tracer.hash(index, hash);
    const { leader, id, role, term } = raft;
    if (role === 'leader') this.#compare(index, nodeOf(id), hash);
    else if (leader !== NONE) {
      outbox.add({ type: 'StateHash', from: id, to: leader, term, index, hash });
    }
  }

  receive({ index, from, hash }: StateHash): void {
    if (this.#parts.raft.role === 'leader') this.#compare(index, nodeOf(from), hash);
  }

  #compare(index: number, node: NodeIndex, hash: string): void {
    const odd = this.#hashes.add(index, node, hash);
    if (odd.length === 0) return;
    this.#parts.host.event(
      'alarm',
      `the applied state near index ${index} differs on node ${odd.join(', ')}`,
    );
  }
}
