/**
 * What one deployment is about: which hosts, what goes there, and how long things may take.
 *
 * @module
 */
import { type ClusterConfig, nodesOnServer } from '../config/cluster-config.js';
import { DeployError } from './deploy-error.js';
import type { SshAccess } from './remote-host.js';

export interface DeployTarget {
  readonly config: ClusterConfig;
  /** The config, absolute. */
  readonly configFile: string;
  /** Names of servers of the config; all of them, or some. */
  readonly hosts: readonly string[];
  /** On the host, absolute or from the home directory on; `%h` stands for the host's name. */
  readonly directory: string;
  /** The Node.js program on the hosts. */
  readonly node: string;
  readonly access: SshAccess;
  /** How long one host may take to be ready, or to stop. */
  readonly limitMs: number;
}

/** How many hosts are worked on at the same time. */
const HOSTS_AT_ONCE = 8;

/** Variables every script gets. */
export function variablesOf(target: DeployTarget, host: string): Readonly<Record<string, string>> {
  return {
    dir: directoryOn(target, host),
    host,
    owner: `host ${host} of the cluster with ports from ${target.config.portStart}`,
    node: target.node,
    limit: String(Math.max(1, Math.round(target.limitMs / 1000))),
    lines: '50',
  };
}

/** @throws DeployError `local` for a directory that cannot be one */
function directoryOn({ directory }: DeployTarget, host: string): string {
  const path = directory
    .replaceAll('%h', host)
    .replace(/^~\//, '')
    .replace(/(?<=.)\/+$/, '');
  if (path === '' || path === '~' || path === '/' || /[\0\n]/.test(path)) {
    throw new DeployError('local', `--dir: expected a directory of its own, found ${directory}`);
  }
  return path;
}

/** @throws DeployError `local` when the config has no such server */
export function checkHosts({ config, hosts }: DeployTarget): void {
  const unknown = hosts.find(host => nodesOnServer(config, host).length === 0);
  if (unknown === undefined) return;
  throw new DeployError('local', `expected one of ${config.servers.join(', ')}, found ${unknown}`);
}

export type HostResult<T> =
  | { readonly host: string; readonly ok: true; readonly value: T }
  | { readonly host: string; readonly ok: false; readonly error: DeployError };

/** Works on every host, a few at a time; what fails on one does not keep the others. In the order given. */
export async function onEachHost<T>(
  hosts: readonly string[],
  work: (host: string) => Promise<T>,
): Promise<readonly HostResult<T>[]> {
  const results = new Map<string, HostResult<T>>();
  const queue = [...hosts];
  const lane = async (): Promise<void> => {
    for (let host = queue.shift(); host !== undefined; host = queue.shift()) {
      results.set(host, await settled(host, work));
    }
  };
  await Promise.all(Array.from({ length: HOSTS_AT_ONCE }, lane));
  return hosts.flatMap(host => results.get(host) ?? []);
}

async function settled<T>(host: string, work: (host: string) => Promise<T>): Promise<HostResult<T>> {
  try {
    return { host, ok: true, value: await work(host) };
  } catch (error) {
    if (error instanceof DeployError) return { host, ok: false, error };
    throw error;
  }
}
