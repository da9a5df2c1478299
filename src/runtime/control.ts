/**
 * What can be done to a running cluster. The supervisor and router implement it; the command language calls it.
 *
 * Every method either does the whole of what it says or throws a `ControlError` and changes nothing.
 *
 * @module
 */
import type { MessageKind } from '../node/frame.js';
import type { LinkFaults } from './link.js';
import type { ClusterStatus } from './status.js';

export type ControlErrorCode =
  | 'bad-node'
  | 'bad-matrix'
  | 'bad-value'
  | 'node-down'
  | 'node-up'
  | 'no-leader'
  | 'no-quorum'
  | 'timeout'
  | 'refused'
  | 'unsupported'
  /** Done on this host, and not on all others. */
  | 'hosts-missed';

export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;
  constructor(code: ControlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Result of a KV command as the terminal shows it: `text` as redis-cli would print it, and where it stands in the log. */
export interface KvResult {
  readonly ok: boolean;
  /** With `ok` false: true when the command may nevertheless take effect. */
  readonly unknown: boolean;
  readonly text: string;
  /** The bulk string the store answered, as it is (latin1); null for a nil and for every other kind of answer. */
  readonly value: string | null;
  readonly index: number | null;
  readonly term: number | null;
  readonly elapsedMs: number;
}

/** `null` selects every node. */
export type NodeSelector = number | null;

export type DiskFault =
  | { readonly kind: 'ok' | 'full' | 'eio' }
  | { readonly kind: 'slow'; readonly delayMs: number };

export interface ClusterControl {
  status(): ClusterStatus;

  /** Replaces the drop probabilities: all or nothing. @throws bad-matrix naming row and column */
  setMatrix(rows: readonly (readonly number[])[]): void | Promise<void>;
  matrix(): readonly (readonly number[])[];
  /** Changes the named faults of all selected links; the diagonal is left out. */
  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): void | Promise<void>;
  filter(from: NodeSelector, to: NodeSelector, kind: MessageKind, on: boolean): void | Promise<void>;
  /** All links perfect again, held messages released. */
  healLinks(): void | Promise<void>;

  kill(node: number): Promise<void>;
  revive(node: number): Promise<void>;
  pause(node: number): Promise<void>;
  resume(node: number): Promise<void>;
  setClock(node: number, offsetMs: number, rate: number): Promise<void>;
  setDisk(node: number, fault: DiskFault): Promise<void>;

  /** `host`: a server of the config; left out: the node's former one, or that with the fewest nodes. */
  addNode(node: number, host?: string): Promise<void>;
  removeNode(node: number): Promise<void>;
  transferLeadership(to: number): Promise<void>;
  snapshot(node: number): Promise<{ readonly index: number }>;

  /** Raft variables of a node as JSON-able data: matchIndex, nextIndex, log, conn_mat, all, … */
  debug(variable: string, node: number): Promise<unknown>;
  /** Runs one client command (latin1 arguments, name first), at `node` or at the leader. */
  kv(args: readonly string[], node?: number): Promise<KvResult>;
  /** Adds a line to the event log. */
  note(kind: 'command' | 'kv' | 'fault', text: string, node?: number): void;
}
