/**
 * Starts the cluster the arguments describe, or attaches to one.
 *
 * @module
 */
import type { Script } from '../src/chaos/script.js';
import { clientAccess } from '../src/config/client-access.js';
import { type ClusterConfig, nodeCountOf } from '../src/config/cluster-config.js';
import { loadConfig } from '../src/config/load-config.js';
import { loadUsers } from '../src/config/users.js';
import type { ClusterHandle } from '../src/runtime/handle.js';
import type { Arguments } from './arguments.js';

export interface ClusterPlan {
  readonly nodes: number;
  /** For the header and the summary: where the data is. */
  readonly store: string;
  readonly open: () => Promise<ClusterHandle>;
}

function planConnect(target: string): ClusterPlan {
  return {
    nodes: 0,
    store: target,
    open: async () => {
      const { attach } = await import('./attach.js');
      const at = target.lastIndexOf(':');
      const address = { host: target.slice(0, at), port: Number(target.slice(at + 1)) };
      return attach(address, clientAccess(null, process.env));
    },
  };
}

function planStart(args: Arguments, config: ClusterConfig): ClusterPlan {
  return {
    nodes: nodeCountOf(config),
    store: args.data === null ? 'in memory' : `data in ${args.data}`,
    open: async () => {
      const { startCluster } = await import('../src/index.js');
      return startCluster({
        config,
        users: loadUsers(config, process.env),
        waitForLeader: false,
        ...(args.data === null ? {} : { dataDirectory: args.data }),
        ...(args.seed === null ? {} : { seed: args.seed }),
        ...(args.trace === null ? {} : { traceFile: args.trace }),
      });
    },
  };
}

/** A script says how many nodes and which seed it is made for; arguments say it louder. @throws ConfigError when the config is missing or wrong */
export function planCluster(args: Arguments, script: Script | null): ClusterPlan {
  if (args.connect !== null) return planConnect(args.connect);
  const { config } = loadConfig({
    path: args.config ?? undefined,
    nodes: args.nodes ?? script?.nodes ?? undefined,
  });
  return planStart({ ...args, seed: args.seed ?? script?.seed ?? null }, config);
}
