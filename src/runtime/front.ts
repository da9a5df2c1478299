/**
 * What a node's thread offers to clients: the seam behind which the gateway sits.
 *
 * @module
 */
import type { Engine } from '../engine/engine.js';
import type { BackupSource } from './backups.js';
import type { ClusterHandle } from './handle.js';
import type { NodeAddress, NodeSpec } from './node-protocol.js';
import type { GatewayCounters } from './status.js';

export interface Front {
  /** Where clients reach it. */
  readonly port: number;
  readonly clientCount: () => number;
  readonly counters: () => GatewayCounters;
  close(): Promise<void>;
}

export interface FrontContext {
  readonly engine: Engine;
  readonly spec: NodeSpec;
  /** Kept up to date in place. */
  readonly addresses: readonly NodeAddress[];
  /** The whole cluster, for operators' commands. */
  readonly admin: Pick<ClusterHandle, 'execute' | 'status'>;
  readonly backups: BackupSource;
  /** The store holds as much as the config allows: nothing may be added. */
  readonly isDataFull: () => boolean;
}

/** Resolves when the port is open. @throws an error with code `port-in-use` naming the port */
export type OpenFront = (context: FrontContext) => Promise<Front>;
