/**
 * What the harness needs of the store it tests: addresses for its clients, and, where the store has them, faults and
 * a status. The shapes are parts of the cluster's own status stream.
 *
 * @module
 */
import type { connect, NodeAddress } from '../client/index.js';
import type { Draw } from './workloads/workload.js';

/** How a client shows who it is, and whether it encrypts: part of what `connect` takes. Plain data. */
export type Access = Pick<Parameters<typeof connect>[0], 'username' | 'password' | 'tls'>;

interface ObservedNode {
  readonly node: number;
  readonly state: string;
  readonly raft: { readonly role: string; readonly term: number } | null;
}

export interface ObservedEvent {
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly kind: string;
  readonly node: number | null;
  readonly text: string;
}

export interface ObservedStatus {
  readonly leader: number | null;
  readonly term: number;
  readonly seed: number;
  readonly electionTimeoutMs: number;
  readonly nodes: readonly ObservedNode[];
  readonly links: readonly {
    readonly from: number;
    readonly to: number;
    readonly faults: { readonly drop: number };
  }[];
  readonly events: readonly ObservedEvent[];
}

export interface ClusterControls {
  /** Runs a line of the command language; never rejects. */
  execute(line: string): Promise<{ readonly ok: boolean; readonly text: string }>;
  /** Null while nobody answers. */
  status(): Promise<ObservedStatus | null>;
}

export interface ClusterUnderTest {
  /** What it is, for reports. */
  readonly label: string;
  readonly nodes: readonly NodeAddress[];
  /** Null: a store of somebody else, which can only be loaded. */
  readonly controls: ClusterControls | null;
  readonly swap: Draw['swap'];
  readonly access: Access;
}
