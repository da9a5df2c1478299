/**
 * One Redis with `appendfsync always`: every answered write is on the disk.
 *
 * @module
 */
import { startChild } from '../child.js';
import { scratchFolder } from '../scratch.js';
import type { Peer } from './peer.js';

const LIFETIME_MS = 900_000;

export async function startRedis(port: number): Promise<Peer> {
  const scratch = scratchFolder('redis');
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: scratch.path,
    appendonly: 'yes',
    appendfsync: 'always',
    // Neither rewrites nor snapshots in the background: they would cost the peer, not us.
    save: '',
    'auto-aof-rewrite-percentage': '0',
    daemonize: 'no',
  };
  try {
    const child = await startChild({
      command: 'redis-server',
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      readyText: /Ready to accept connections/,
      readyWithinMs: 15_000,
      lifetimeMs: LIFETIME_MS,
    });
    const stop = async (): Promise<void> => {
      await child.stop();
      scratch.remove();
    };
    return { name: 'redis', pids: [child.pid], port, protocol: 'resp', stop };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}
