/**
 * Starts clusters for tests and asks them what tests want to know.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, type ClusterOptions, startCluster } from '../../src/index.js';

/** Runs `use` with a cluster that is stopped afterwards, whatever happens. */
export async function withCluster(
  options: ClusterOptions,
  use: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster({ nodes: 3, seed: 7, ...options });
  try {
    await use(cluster);
  } finally {
    await cluster.stop();
  }
}

export async function withDirectory(use: (path: string) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'raftkv-'));
  try {
    await use(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

/** Writes until the cluster acknowledges: a write refused or of unknown outcome is tried again. */
export async function putSurely(cluster: Cluster, key: string, value: string): Promise<void> {
  const endMs = performance.now() + 10_000;
  for (;;) {
    const result = await cluster.put(key, value).catch((error: Error) => error);
    if (!(result instanceof Error) && result.ok) return;
    const text = result instanceof Error ? result.message : result.text;
    if (performance.now() > endMs) throw new Error(`put ${key} was never acknowledged: ${text}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** The value at a node (default: the leader), asked until there is a certain answer. */
export async function getSurely(cluster: Cluster, key: string, node?: number): Promise<string | null> {
  const endMs = performance.now() + 10_000;
  for (;;) {
    const result = await cluster.get(key, node).catch((error: Error) => error);
    if (!(result instanceof Error) && result.ok) return result.value;
    const text = result instanceof Error ? result.message : result.text;
    if (performance.now() > endMs) throw new Error(`get ${key} was never answered: ${text}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

export const portOf = async (cluster: Cluster, node: number): Promise<number> => {
  const { nodes } = await cluster.status();
  return nodes[node]?.port ?? 0;
};

/** What a Redis client at this port gets for one inline command; null: nothing within the time, or no connection. */
export function ask(port: number, line: string, limitMs: number): Promise<string | null> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(null), limitMs);
    socket.on('error', () => settle(null));
    socket.on('close', () => settle(null));
    socket.on('data', data => settle(data.toString('latin1').trim()));
    socket.write(`${line}\r\n`);
  });
}
