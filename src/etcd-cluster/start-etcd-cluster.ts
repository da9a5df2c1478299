/**
 * Starts a real etcd whose members are processes of this program.
 *
 * @module
 */

import { type Cluster, openCluster } from '../runtime/cluster.js';
import type { ClusterOptions } from '../runtime/cluster-options.js';
import { resolveOptions } from '../runtime/cluster-options.js';
import { EtcdClusterError } from './etcd-cluster-error.js';
import { MAX_MEMBERS } from './member-plan.js';

const ENTRY = new URL('../../workers/etcd-runtime.js', import.meta.url);

/** What has a meaning for members of etcd. Without a data directory theirs is removed in the end. */
export type EtcdClusterOptions = Pick<
  ClusterOptions,
  | 'nodes'
  | 'config'
  | 'dataDirectory'
  | 'seed'
  | 'matrix'
  | 'users'
  | 'restartPolicy'
  | 'waitForLeader'
  | 'onNotice'
  | 'signal'
>;

/**
 * As `startCluster`, of which it takes the same options as far as they apply.
 *
 * @throws an error with `code`: `no-etcd`, `bad-options`, `wrong-directory`, `port-in-use`, `directory-locked`
 */
export async function startEtcdCluster(options: EtcdClusterOptions): Promise<Cluster> {
  const spec = resolveOptions(options);
  if (spec.nodes > MAX_MEMBERS) {
    throw new EtcdClusterError('bad-options', `expected at most ${MAX_MEMBERS} members, found ${spec.nodes}`);
  }
  const { length: servers } = spec.config.servers;
  if (servers > 1) {
    const text = `etcd's members all run on this machine: expected one server in the config, found ${servers}`;
    throw new EtcdClusterError('bad-options', text);
  }
  return openCluster(spec, options, ENTRY);
}
