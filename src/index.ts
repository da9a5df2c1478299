/**
 * The library: start a cluster inside a program or a test, use it, break it, watch it.
 *
 * @example
 * import { startCluster } from 'raftkv-tui';
 *
 * const cluster = await startCluster({ nodes: 3 });
 * await cluster.put('key', 'value');
 * await cluster.kill(await cluster.waitForLeader());
 * await cluster.waitForLeader();
 * const { value } = await cluster.get('key');
 * await cluster.stop();
 *
 * @module
 */
export { type ClusterConfig, DEFAULT_CONFIG } from './config/cluster-config.js';
export { MESSAGE_KINDS, type MessageKind } from './node/frame.js';
export { Cluster, isConverged, startCluster, type WaitOptions } from './runtime/cluster.js';
export type { ClusterOptions } from './runtime/cluster-options.js';
export {
  ControlError,
  type ControlErrorCode,
  type DiskFault,
  type KvResult,
  type NodeSelector,
} from './runtime/control.js';
export { DataDirectoryError } from './runtime/data-directory.js';
export { DirectoryLocked } from './runtime/directory-lock.js';
export type { ClusterHandle, CommandResult } from './runtime/handle.js';
export type { LinkFaults } from './runtime/link.js';
export type { Matrix } from './runtime/matrix.js';
export type { RestartPolicy, RestartType } from './runtime/restart-policy.js';
export { RemoteError } from './runtime/rpc.js';
export type {
  ClusterEvent,
  ClusterEventKind,
  ClusterStatus,
  FollowerProgress,
  LinkCounters,
  LinkStatus,
  NodeState,
  NodeStatus,
  RaftStatus,
} from './runtime/status.js';
