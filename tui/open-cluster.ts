/**
 * Starts the cluster the arguments describe, or attaches to one.
 *
 * @module
 */
import { basename } from 'node:path';
import type { Script } from '../src/chaos/script.js';
import { clientAccess } from '../src/config/client-access.js';
import { type ClusterConfig, nodeCountOf } from '../src/config/cluster-config.js';
import { loadConfig } from '../src/config/load-config.js';
import { loadUsers } from '../src/config/users.js';
import type { ClusterOptions } from '../src/runtime/cluster-options.js';
import type { ClusterHandle } from '../src/runtime/handle.js';
import type { Arguments } from './arguments.js';
import { Replay } from './replay/replay.js';
import { readTrace } from './replay/trace-events.js';

/** What the screen shows. */
export type SessionSource =
  /** Starts the cluster, or attaches to one. The screen is up before it resolves. */
  | { readonly kind: 'cluster'; readonly open: () => Promise<ClusterHandle> }
  | { readonly kind: 'replay'; readonly open: () => Replay };

export interface ClusterPlan {
  readonly nodes: number;
  /** For the header and the summary: where the data is. */
  readonly store: string;
  readonly source: SessionSource;
}

function cluster(open: () => Promise<ClusterHandle>): SessionSource {
  return { kind: 'cluster', open };
}

/** @throws TraceError, or the error of reading the file */
function planReplay(path: string): ClusterPlan {
  const replay = new Replay(readTrace(path));
  return { nodes: replay.nodes, store: basename(path), source: { kind: 'replay', open: () => replay } };
}

function planConnect(target: string): ClusterPlan {
  return {
    nodes: 0,
    store: target,
    source: cluster(async () => {
      const { attach } = await import('./attach.js');
      const at = target.lastIndexOf(':');
      const address = { host: target.slice(0, at), port: Number(target.slice(at + 1)) };
      return attach(address, clientAccess(null, process.env));
    }),
  };
}

function storeOf({ data, spawn }: Arguments): string {
  const where = data === null ? 'in memory' : `data in ${data}`;
  if (spawn === null) return where;
  return data === null ? 'etcd' : `etcd, ${where}`;
}

async function loadStart({ spawn }: Arguments): Promise<(options: ClusterOptions) => Promise<ClusterHandle>> {
  if (spawn === null) return (await import('../src/index.js')).startCluster;
  return (await import('../src/etcd-cluster/start-etcd-cluster.js')).startEtcdCluster;
}

function planStart(args: Arguments, config: ClusterConfig): ClusterPlan {
  return {
    nodes: nodeCountOf(config),
    store: storeOf(args),
    source: cluster(async () => {
      const start = await loadStart(args);
      return start({
        config,
        users: loadUsers(config, process.env),
        waitForLeader: false,
        ...(args.data === null ? {} : { dataDirectory: args.data }),
        ...(args.seed === null ? {} : { seed: args.seed }),
        ...(args.trace === null ? {} : { traceFile: args.trace }),
      });
    }),
  };
}

/** A script says how many nodes and which seed it is made for; arguments say it louder. @throws ConfigError when the config is missing or wrong */
export function planCluster(args: Arguments, script: Script | null): ClusterPlan {
  if (args.replay !== null) return planReplay(args.replay);
  if (args.connect !== null) return planConnect(args.connect);
  const { config } = loadConfig({
    path: args.config ?? undefined,
    nodes: args.spawn ?? args.nodes ?? script?.nodes ?? undefined,
  });
  return planStart({ ...args, seed: args.seed ?? script?.seed ?? null }, config);
}
